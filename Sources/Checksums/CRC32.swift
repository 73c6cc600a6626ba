/// The cyclic redundancy check of ISO 3309, as ZIP, Ethernet and the FTP command XCRC have it (polynomial 0x04C11DB7,
/// reflected), eight bytes at a time.
struct CRC32 {
    private var state: UInt32 = .max

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        var state = state
        while rest.count >= 8 {
            let word = UInt64(littleEndian: UnsafeRawBufferPointer(rebasing: rest).loadUnaligned(as: UInt64.self))
            state = Self.absorb(word ^ UInt64(state))
            rest = rest.dropFirst(8)
        }
        for byte in rest { state = state >> 8 ^ Self.tables[Int(UInt8(truncatingIfNeeded: state) ^ byte)] }
        self.state = state
    }

    /// The eight tables lie one after the other; the first byte of the word goes through the last.
    private static func absorb(_ word: UInt64) -> UInt32 {
        var result: UInt32 = 0
        for index in 0..<8 {
            let byte = Int(UInt8(truncatingIfNeeded: word >> UInt64(8 * index)))
            result ^= tables[(7 - index) << 8 | byte]
        }
        return result
    }

    /// The most significant byte first, as it is written.
    var bytes: [UInt8] { withUnsafeBytes(of: (~state).bigEndian) { Array($0) } }

    private static let tables: [UInt32] = {
        var tables = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        for _ in 1..<8 {
            tables += tables.suffix(256).map { $0 >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: $0))] }
        }
        return tables
    }()
}
