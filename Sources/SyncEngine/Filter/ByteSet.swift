/// A set of bytes, as `[a-z]`, `[!0-9]` and `[[:alpha:]]` of a glob name it (glob(7)).
struct ByteSet: Hashable, Sendable {
    private var words: [UInt64] = [0, 0, 0, 0]

    func contains(_ byte: UInt8) -> Bool { words[Int(byte) / 64] & (1 << (UInt64(byte) % 64)) != 0 }

    private mutating func insert(_ byte: UInt8) { words[Int(byte) / 64] |= 1 << (UInt64(byte) % 64) }

    private mutating func insert(_ range: ClosedRange<UInt8>) { for byte in range { insert(byte) } }

    private mutating func invert() { words = words.map { ~$0 } }

    /// Reads a bracket expression at the start of `pattern`.
    ///
    /// - Returns: the set and the bytes it took; nil when there is no closing bracket, and `[` means itself.
    static func parse(_ pattern: [UInt8]) -> (ByteSet, Int)? {
        var set = ByteSet()
        var index = 1
        let isNegated =
            index < pattern.count && (pattern[index] == UInt8(ascii: "!") || pattern[index] == UInt8(ascii: "^"))
        if isNegated { index += 1 }
        let first = index
        while index < pattern.count, pattern[index] != UInt8(ascii: "]") || index == first {
            index += set.readItem(Array(pattern[index...]))
        }
        guard index < pattern.count else { return nil }
        if isNegated { set.invert() }
        return (set, index + 1)
    }

    /// Adds a class, a range or one byte, and says how many bytes of the pattern that was.
    private mutating func readItem(_ rest: [UInt8]) -> Int {
        for (name, ranges) in Self.classes where rest.starts(with: Array("[:\(name):]".utf8)) {
            ranges.forEach { insert($0) }
            return name.utf8.count + 4
        }
        let isEscaped = rest[0] == UInt8(ascii: "\\") && rest.count > 1
        let low = isEscaped ? rest[1] : rest[0]
        let used = isEscaped ? 2 : 1
        if rest.count > used + 1, rest[used] == UInt8(ascii: "-"), rest[used + 1] != UInt8(ascii: "]") {
            let high = rest[used + 1]
            if low <= high { insert(low...high) }
            return used + 2
        }
        insert(low)
        return used
    }

    /// The classes of POSIX in the C locale.
    private static let classes: [(String, [ClosedRange<UInt8>])] = [
        ("alpha", [0x41...0x5A, 0x61...0x7A]), ("digit", [0x30...0x39]), ("upper", [0x41...0x5A]),
        ("lower", [0x61...0x7A]), ("alnum", [0x30...0x39, 0x41...0x5A, 0x61...0x7A]),
        ("space", [0x09...0x0D, 0x20...0x20]), ("blank", [0x09...0x09, 0x20...0x20]),
        ("punct", [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]),
        ("xdigit", [0x30...0x39, 0x41...0x46, 0x61...0x66]), ("cntrl", [0x00...0x1F, 0x7F...0x7F]),
        ("print", [0x20...0x7E]), ("graph", [0x21...0x7E]),
    ]
}
