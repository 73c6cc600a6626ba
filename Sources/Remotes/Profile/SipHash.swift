/// SipHash-2-4 (Aumasson and Bernstein 2012): a keyed function of 64 bits that nobody without the key can compute.
enum SipHash {
    /// - Parameter key: 16 bytes.
    static func hash(_ message: [UInt8], key: [UInt8]) -> UInt64 {
        precondition(key.count == 16)
        var state = State(word(key[0..<8]), word(key[8..<16]))
        let whole = message.count & ~7
        for start in stride(from: 0, to: whole, by: 8) { state.take(word(message[start..<start + 8])) }
        state.take(word(message[whole...]) | UInt64(message.count & 0xff) << 56)
        return state.finish()
    }

    /// Up to eight bytes, the first one lowest.
    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private struct State {
        var (v0, v1, v2, v3): (UInt64, UInt64, UInt64, UInt64)

        init(_ k0: UInt64, _ k1: UInt64) {
            v0 = k0 ^ 0x736f_6d65_7073_6575
            v1 = k1 ^ 0x646f_7261_6e64_6f6d
            v2 = k0 ^ 0x6c79_6765_6e65_7261
            v3 = k1 ^ 0x7465_6462_7974_6573
        }

        mutating func take(_ word: UInt64) {
            v3 ^= word
            rounds(2)
            v0 ^= word
        }

        mutating func finish() -> UInt64 {
            v2 ^= 0xff
            rounds(4)
            return v0 ^ v1 ^ v2 ^ v3
        }

        private mutating func rounds(_ count: Int) {
            for _ in 0..<count {
                v0 &+= v1
                v1 = Self.rotated(v1, 13) ^ v0
                v0 = Self.rotated(v0, 32)
                v2 &+= v3
                v3 = Self.rotated(v3, 16) ^ v2
                v0 &+= v3
                v3 = Self.rotated(v3, 21) ^ v0
                v2 &+= v1
                v1 = Self.rotated(v1, 17) ^ v2
                v2 = Self.rotated(v2, 32)
            }
        }

        private static func rotated(_ value: UInt64, _ by: UInt64) -> UInt64 { value << by | value >> (64 - by) }
    }
}
