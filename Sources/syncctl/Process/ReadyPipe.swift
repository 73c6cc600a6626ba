import FileModel
import Glibc

/// Tells the parent whether the mount answers: `ready`, or an exit code and a message.
struct ReadyPipe {
    private let descriptor: CInt

    init(_ descriptor: CInt) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    func succeeded() { end(with: "ready") }

    func failed(_ error: StorageError) {
        end(with: "\(ProgramExit.code(of: error)) \(error)")
    }

    private func end(with text: String) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    enum Answer: Equatable {
        case ready
        case failed(code: Int32, message: String)
        /// The other end closed without a word.
        case silent
    }

    /// Blocks until the other end has spoken and closed.
    static func answer(from descriptor: CInt) -> Answer {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return parse(String(decoding: bytes, as: UTF8.self))
    }

    static func parse(_ text: String) -> Answer {
        if text == "ready" { return .ready }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let code = Int32(parts[0]) else { return .silent }
        return .failed(code: code, message: String(parts[1]))
    }
}
