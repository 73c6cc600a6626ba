import FileModel
import Glibc

/// Lines of programs that run for long, on standard error: what people read on a terminal, in the file of a mount in
/// the background, or in systemd's journal.
public enum Journal {
    /// systemd's journal has its own clock.
    private static let hasClock = getenv("JOURNAL_STREAM") != nil

    /// Writes a line whole, with the time in front unless the journal adds it.
    public static func write(_ text: String) {
        var rest = Array((hasClock ? text : "\(UTCText.of(.now())) \(text)").utf8 + [10])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return
            }
            rest = rest.dropFirst(count)
        }
    }
}
