/// One line of ssh_config(5), taken apart as OpenSSH takes it apart.
struct SSHConfigLine: Hashable, Sendable {
    /// In small letters.
    let keyword: String
    /// At least one.
    let arguments: [String]

    enum Problem: Error, Hashable {
        case noArgument(keyword: String)
        case openQuote(keyword: String)
    }

    /// - Returns: nil for an empty line or a comment.
    static func parse(_ line: some Sequence<UInt8>) throws(Problem) -> SSHConfigLine? {
        var rest = Array(line)[...]
        while let last = rest.last, isBlank(last) || last == 13 || last == 12 { rest.removeLast() }
        rest = rest.drop(while: isBlank)
        guard let first = rest.first, first != UInt8(ascii: "#") else { return nil }
        let word = rest.prefix { !isBlank($0) && $0 != UInt8(ascii: "=") }
        let keyword = String(decoding: word, as: UTF8.self).lowercased()
        rest = rest.dropFirst(word.count).drop(while: isBlank)
        // Blanks, or blanks around exactly one equals sign.
        if rest.first == UInt8(ascii: "=") { rest = rest.dropFirst().drop(while: isBlank) }
        guard !rest.isEmpty else { throw .noArgument(keyword: keyword) }
        var splitter = ArgumentSplitter(rest)
        guard let arguments = splitter.all() else { throw .openQuote(keyword: keyword) }
        guard !arguments.isEmpty else { throw .noArgument(keyword: keyword) }
        return SSHConfigLine(keyword: keyword, arguments: arguments)
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
}

/// Words with quotes of either kind and a few escapes; a `#` where a word could start ends the line.
private struct ArgumentSplitter {
    private var rest: ArraySlice<UInt8>
    private static let backslash = UInt8(ascii: "\\")

    init(_ rest: ArraySlice<UInt8>) { self.rest = rest }

    /// - Returns: nil when a quote is not closed.
    mutating func all() -> [String]? {
        var words: [String] = []
        while true {
            rest = rest.drop(while: SSHConfigLine.isBlank)
            guard let first = rest.first, first != UInt8(ascii: "#") else { return words }
            guard let word = next() else { return nil }
            words.append(String(decoding: word, as: UTF8.self))
        }
    }

    private mutating func next() -> [UInt8]? {
        var word: [UInt8] = []
        var quote: UInt8?
        while let byte = rest.popFirst() {
            if byte == Self.backslash, let escaped = rest.first, isEscaped(escaped, quote) {
                word.append(escaped)
                rest.removeFirst()
            } else if quote == nil, SSHConfigLine.isBlank(byte) {
                return word
            } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == quote {
                quote = nil
            } else {
                word.append(byte)
            }
        }
        return quote == nil ? word : nil
    }

    private func isEscaped(_ byte: UInt8, _ quote: UInt8?) -> Bool {
        byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || byte == Self.backslash
            || (quote == nil && byte == 32)
    }
}
