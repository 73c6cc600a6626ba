import FileModel

/// Finds what must not be shown when a line of a definition is quoted in a message.
///
/// Works on any text, valid TOML or not, since it is the broken file that gets quoted: the values of the keys
/// `password` and `passphrase`, and the password inside a URL.
enum SecretSpans {
    static func find(in bytes: [UInt8]) -> [Range<Int>] {
        (values(in: bytes) + passwordsOfURLs(in: bytes)).sorted { $0.lowerBound < $1.lowerBound }
    }

    private static func values(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for key in [Array("password".utf8), Array("passphrase".utf8)] {
            var at = 0
            while let start = bytes.firstIndex(of: key, from: at) {
                at = start + key.count
                if let value = value(in: bytes, from: at) { found.append(value) }
            }
        }
        return found
    }

    /// The value behind `key =`; nil when what follows is no equals sign (`password_file`).
    private static func value(in bytes: [UInt8], from end: Int) -> Range<Int>? {
        var at = end
        while at < bytes.count, [9, 32, UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[at]) { at += 1 }
        guard at < bytes.count, bytes[at] == UInt8(ascii: "=") else { return nil }
        at += 1
        while at < bytes.count, bytes[at] == 32 || bytes[at] == 9 { at += 1 }
        let stop = endOfValue(in: bytes, from: at)
        return at < stop ? at..<stop : nil
    }

    /// The end of the string that starts at `start`: its closing quotes, else the end of the line; an open
    /// multi-line string reaches to the end of the text.
    private static func endOfValue(in bytes: [UInt8], from start: Int) -> Int {
        for quotes in ["\"\"\"", "'''"].map({ Array($0.utf8) }) where bytes[start...].starts(with: quotes) {
            return bytes.firstIndex(of: quotes, from: start + 3).map { $0 + 3 } ?? bytes.count
        }
        return bytes[start...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
    }

    private static func passwordsOfURLs(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var at = 0
        while let start = bytes.firstIndex(of: Array("://".utf8), from: at) {
            at = start + 3
            let word = bytes[at...].prefix { !Array("\"' \t\r\n".utf8).contains($0) }
            if let password = password(inURL: word) { found.append(password) }
        }
        return found
    }

    /// - Parameter rest: a URL behind its `://`.
    private static func password(inURL rest: ArraySlice<UInt8>) -> Range<Int>? {
        let authority = rest.prefix { $0 != UInt8(ascii: "/") }
        guard let colon = authority.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        if let sign = authority.lastIndex(of: UInt8(ascii: "@")) {
            return colon + 1 < sign ? (colon + 1)..<sign : nil
        }
        // A slash that was not percent-encoded cuts a password in two.
        let isPort = rest[(colon + 1)...].prefix { (48...57).contains($0) }.endIndex == authority.endIndex
        guard !isPort, let sign = rest.lastIndex(of: UInt8(ascii: "@")), colon + 1 < sign else { return nil }
        return (colon + 1)..<sign
    }
}

extension [UInt8] {
    fileprivate func firstIndex(of needle: [UInt8], from start: Int) -> Int? {
        guard count - start >= needle.count else { return nil }
        return (start...(count - needle.count)).first { self[$0] == needle[0] && self[$0...].starts(with: needle) }
    }
}

/// `FileModel.printable` under a name that a closure can use.
func printableText(_ bytes: some Collection<UInt8>) -> String { printable(bytes) }
