import FileModel

/// A reply of the server (RFC 959 §4.2): a code and one or more lines of text.
public struct Reply: Hashable, Sendable {
    /// 100 … 599.
    public let code: Int
    /// The first and last line without their code, the lines between as they came.
    public let lines: [[UInt8]]

    public init(code: Int, lines: [[UInt8]]) {
        self.code = code
        self.lines = lines
    }

    init(_ code: Int, _ text: String) {
        self.init(code: code, lines: [Array(text.utf8)])
    }

    /// The first digit of the code (RFC 959 §4.2.1).
    public enum Kind: Hashable, Sendable {
        /// Started; another reply follows.
        case preliminary
        case completion
        /// Accepted so far; another command is expected.
        case intermediate
        case transientFailure
        case permanentFailure
    }

    public var kind: Kind {
        switch code {
        case ..<200: .preliminary
        case ..<300: .completion
        case ..<400: .intermediate
        case ..<500: .transientFailure
        default: .permanentFailure
        }
    }

    var isPreliminary: Bool { kind == .preliminary }
    var isCompletion: Bool { kind == .completion }
    var isFailure: Bool { code >= 400 }

    /// The text without codes, one line, fit for messages and for looking words up in it; of a long one the beginning.
    var text: String {
        var rest = Self.longestText
        var parts: [String] = []
        for line in lines where rest > 0 {
            parts.append(printable(line.prefix(rest)))
            rest -= line.count + 1
        }
        return parts.joined(separator: " ")
    }

    /// Bytes. A reply may have a megabyte, and is searched for dozens of words.
    private static let longestText = 8192
}

extension Reply: CustomStringConvertible {
    /// `550 nope: No such file or directory`, shortened when a server talks a lot.
    public var description: String {
        let text = self.text
        return "\(code) \(text.count > 300 ? text.prefix(300) + "…" : text[...])"
    }
}
