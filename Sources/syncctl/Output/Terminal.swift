import CLinux
import Definitions
import Glibc

/// Standard output or standard error, and what may be done with it.
struct Terminal: Sendable {
    static let output = Terminal(1)
    static let errors = Terminal(2)

    let descriptor: CInt
    /// Whether lines may be rewritten in place.
    let isInteractive: Bool
    /// Whether colours are wanted (https://no-color.org).
    let hasColors: Bool

    private init(_ descriptor: CInt) {
        self.descriptor = descriptor
        let isDumb = getenv("TERM").map { String(cString: $0) } ?? "dumb" == "dumb"
        isInteractive = isatty(descriptor) == 1 && !isDumb
        let refusesColors = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        hasColors = isInteractive && !refusesColors
    }

    /// Columns of the window; 80 where it does not say.
    var width: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes all of it, or gives up when nobody reads any more.
    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return
            }
            rest = rest.dropFirst(count)
        }
    }

    func writeLine(_ text: String) { write(text + "\n") }

    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    func styled(_ text: String, _ style: Style) -> String {
        hasColors ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Findings with the severity in colour.
    func colored(_ findings: [Diagnostic]) -> String {
        guard hasColors else { return findings.rendered }
        return findings.map { finding in
            let word = "\(finding.severity.rawValue):"
            let style: Style = finding.isError ? .red : .yellow
            guard let range = finding.rendered.range(of: word) else { return finding.rendered }
            return finding.rendered.replacingCharacters(in: range, with: styled(word, style))
        }.joined(separator: "\n")
    }

    // MARK: - Widths

    /// Columns that a text takes (wcwidth(3)).
    static func columns(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        scalar.isASCII ? 1 : max(0, Int(remora_wcwidth(scalar.value)))
    }

    /// At most `limit` columns; what is too long loses its middle.
    static func fitted(_ text: String, to limit: Int) -> String {
        guard columns(text) > limit else { return text }
        guard limit > 3 else { return String(repeating: ".", count: max(0, limit)) }
        let head = prefix(text.unicodeScalars.map(\.self), columns: (limit - 1) / 2)
        let tail = prefix(text.unicodeScalars.reversed(), columns: limit - 1 - (limit - 1) / 2)
        return head + "…" + String(String.UnicodeScalarView(tail.unicodeScalars.reversed()))
    }

    private static func prefix(_ scalars: [Unicode.Scalar], columns limit: Int) -> String {
        var text = String.UnicodeScalarView()
        var used = 0
        for scalar in scalars {
            used += columns(of: scalar)
            if used > limit { break }
            text.append(scalar)
        }
        return String(text)
    }

    static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - columns(text)))
    }
}
