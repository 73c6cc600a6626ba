import SeededRandom

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same inputs on every machine.
struct FuzzRandom: RandomNumberGenerator {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// A stream of its own for input `number` of the parser `name`.
    init(seed: UInt64, name: String, number: Int) {
        // FNV-1a (draft-eastlake-fnv): stable between runs, as `Hasher` is not.
        let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        self.init(seed: seed ^ hash ^ (UInt64(number) &* 0x9E37_79B9_7F4A_7C15))
        _ = next()
    }

    mutating func next() -> UInt64 { generator.next() }

    /// 0 ..< `limit`; 0 when there is no choice.
    mutating func below(_ limit: Int) -> Int { limit > 0 ? Int(next() % UInt64(limit)) : 0 }

    /// True once in `count` times.
    mutating func once(in count: Int) -> Bool { below(count) == 0 }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// Small numbers mostly, now and then a large one.
    mutating func length(upTo limit: Int) -> Int { below(below(8) == 0 ? limit + 1 : min(limit, 24) + 1) }

    /// A range inside `count` elements, mostly short.
    mutating func range(in count: Int) -> Range<Int> {
        let start = below(count + 1)
        return start..<(start + length(upTo: count - start))
    }

    /// `bytes` cut at random places, as a network delivers them.
    mutating func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        let largest = once(in: 4) ? 4 : max(1, bytes.count / (1 + below(6)))
        while start < bytes.count {
            let end = min(bytes.count, start + 1 + below(largest))
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }

    /// A name that a file on Linux may have and FTP can say: no slash, NUL, CR or LF.
    mutating func fileName() -> [UInt8] {
        let forbidden: [UInt8] = [0, 10, 13, UInt8(ascii: "/")]
        let letters = Array("abc;= .->%\"\\é\u{1F600}-rwx 0123 <DIR>".utf8)
        var name: [UInt8] = []
        for _ in 0..<(1 + below(24)) {
            let byte = once(in: 3) ? byte() : pick(letters)
            name.append(forbidden.contains(byte) ? UInt8(ascii: "_") : byte)
        }
        return name == [46] || name == [46, 46] ? name + [UInt8(ascii: "x")] : name
    }
}
