/// The lexical shape of TOML's strings (TOML 1.0, "String").
enum TOMLString {
    private static let basic = UInt8(ascii: "\"")

    /// The offset behind the string that starts at `start`, kept inside `bytes`.
    static func end(in bytes: [UInt8], from start: Int) -> Int {
        let quote = bytes[start]
        let isLong = bytes[start...].starts(with: [quote, quote, quote])
        var at = start + (isLong ? 3 : 1)
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\"), quote == basic {
                at += 2
            } else if bytes[at] != quote {
                if !isLong, bytes[at] == 10 { return at }
                at += 1
            } else if !isLong {
                return at + 1
            } else if bytes[at...].starts(with: [quote, quote, quote]) {
                return endOfQuotes(quote, in: bytes, from: at)
            } else {
                at += 1
            }
        }
        return bytes.count
    }

    /// A long string may end in up to five quotes, of which two belong to its content.
    private static func endOfQuotes(_ quote: UInt8, in bytes: [UInt8], from start: Int) -> Int {
        var at = start
        while at < bytes.count, bytes[at] == quote, at - start < 5 { at += 1 }
        return at
    }

    /// The content of a one-line string, for keys: quotes removed, escapes resolved.
    static func content(_ bytes: [UInt8]) -> [UInt8] {
        let inner = bytes.count >= 2 ? Array(bytes[1..<(bytes.count - 1)]) : []
        guard bytes.first == basic else { return inner }
        var content: [UInt8] = []
        var at = 0
        while at < inner.count {
            if inner[at] == UInt8(ascii: "\\"), at + 1 < inner.count {
                at = unescape(inner, at: at + 1, into: &content)
            } else {
                content.append(inner[at])
                at += 1
            }
        }
        return content
    }

    /// - Parameter at: of the character behind the backslash.
    /// - Returns: the offset behind the escape.
    private static func unescape(_ bytes: [UInt8], at: Int, into content: inout [UInt8]) -> Int {
        switch bytes[at] {
        case UInt8(ascii: "u"): return unescape(bytes, digits: 4, at: at + 1, into: &content)
        case UInt8(ascii: "U"): return unescape(bytes, digits: 8, at: at + 1, into: &content)
        case UInt8(ascii: "b"): content.append(8)
        case UInt8(ascii: "t"): content.append(9)
        case UInt8(ascii: "n"): content.append(10)
        case UInt8(ascii: "f"): content.append(12)
        case UInt8(ascii: "r"): content.append(13)
        case UInt8(ascii: "e"): content.append(27)
        default: content.append(bytes[at])
        }
        return at + 1
    }

    private static func unescape(_ bytes: [UInt8], digits: Int, at: Int, into content: inout [UInt8]) -> Int {
        let end = min(at + digits, bytes.count)
        let scalar = UInt32(String(decoding: bytes[at..<end], as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init)
        content += Array(String(Character(scalar ?? "\u{FFFD}")).utf8)
        return end
    }
}
