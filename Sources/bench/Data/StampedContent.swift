/// File contents that prove themselves: each block of 4 KiB starts with a stamp of its file and place.
///
/// A reader checks one word per page, which costs next to nothing and still finds zeros, old, foreign and misplaced
/// pages. What follows a stamp is incompressible and depends on it.
struct StampedContent: Sendable {
    static let blockSize = 4096

    private let seed: UInt64

    /// - Parameters:
    ///   - name: the file's own name; unique in its tree.
    ///   - version: counts the rewrites of the file.
    init(name: String, version: UInt64 = 0) {
        // FNV-1a
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        seed = hash &+ version &* 0x9E37_79B9_7F4A_7C15
    }

    /// The first eight bytes of block `index`.
    func stamp(_ index: Int) -> UInt64 { Self.mix(seed &+ UInt64(index) &* 0xD134_2543_DE82_EF95) }

    /// Fills a buffer with the bytes that start at block `first`.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, from first: Int) {
        var word: UInt64 = 0
        for offset in stride(from: 0, to: buffer.count - buffer.count % 8, by: 8) {
            word =
                offset % Self.blockSize == 0
                ? stamp(first + offset / Self.blockSize) : Self.next(word)
            buffer.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
        }
        for offset in (buffer.count - buffer.count % 8)..<buffer.count {
            buffer[offset] = UInt8(truncatingIfNeeded: offset)
        }
    }

    /// Whether every whole stamp in the bytes that start at block `first` is right.
    func isRight(_ buffer: UnsafeRawBufferPointer, from first: Int) -> Bool {
        stride(from: 0, to: buffer.count - buffer.count % 8, by: Self.blockSize).allSatisfy { offset in
            buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == stamp(first + offset / Self.blockSize)
        }
    }

    /// A step of xorshift64 (Marsaglia).
    private static func next(_ word: UInt64) -> UInt64 {
        var word = word | 1
        word ^= word << 13
        word ^= word >> 7
        word ^= word << 17
        return word
    }

    /// The finaliser of SplitMix64 (Steele, Lea, Flood).
    private static func mix(_ value: UInt64) -> UInt64 {
        var word = value
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
