/// Makes inputs out of valid samples: damaged a little, so that they get past the first checks of a parser.
struct Mutator {
    let samples: [[UInt8]]
    /// Words of the language, put in at random.
    let words: [[UInt8]]

    /// Longer inputs are cut.
    static let longest = 256 * 1024

    init(samples: [[UInt8]], words: [[UInt8]]) {
        self.samples = samples
        self.words = words + Self.troublemakers
    }

    /// Bytes that mean something to some layer: line ends, NUL, Telnet IAC (RFC 854), path parts, invalid UTF-8.
    private static let troublemakers: [[UInt8]] =
        [
            [13, 10], [10], [13], [0], [0xFF], [0xFF, 0xF4, 0xFF, 0xF2], [0xFF, 0xFF], [32], [9], [47], [46, 46, 47],
            [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x1B, 0x5B, 0x32, 0x4A], [0x7F], [34], [92],
        ]
        + ["-1", "0", "18446744073709551616", "9223372036854775807", "99999999999999999999", "%00"].map {
            Array($0.utf8)
        }

    /// Lengths and counts that overflow, wrap round or reserve gigabytes.
    private static let wrongLengths: [UInt32] = [
        0, 1, 3, 255, 256, 0x7FFF, 0xFFFF, 0x10_0000, 0x10_0001, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF,
    ]

    func input(_ random: inout FuzzRandom) -> [UInt8] {
        if random.once(in: 24) { return random.bytes(random.length(upTo: 600)) }
        var bytes = random.pick(samples)
        for _ in 0..<random.below(6) { mutate(&bytes, &random) }
        return bytes.count > Self.longest ? Array(bytes.prefix(Self.longest)) : bytes
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let range = random.range(in: bytes.count)
        switch random.below(14) {
        case 0: flipBit(&bytes, &random)
        case 1: if !bytes.isEmpty { bytes[random.below(bytes.count)] = random.byte() }
        case 2: bytes = Array(bytes.prefix(random.below(bytes.count + 1)))
        case 3: bytes.removeSubrange(range)
        case 4: bytes.insert(contentsOf: bytes[range], at: random.below(bytes.count + 1))
        case 5: splice(&bytes, &random)
        case 6, 7, 8:
            bytes.replaceSubrange(
                random.once(in: 2) ? range : range.lowerBound..<range.lowerBound, with: random.pick(words))
        case 9: lie(&bytes, &random)
        case 10: exaggerate(&bytes, &random)
        case 11: stretch(&bytes, &random)
        case 12: repeatLine(&bytes, &random)
        default: bytes.insert(contentsOf: random.bytes(random.length(upTo: 64)), at: range.lowerBound)
        }
    }

    private func flipBit(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        guard !bytes.isEmpty else { return }
        bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
    }

    /// The beginning of this and the end of another sample.
    private func splice(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let other = random.pick(samples)
        bytes = Array(bytes.prefix(random.below(bytes.count + 1)) + other.suffix(random.below(other.count + 1)))
    }

    /// Puts a wrong 32-bit number where a length may stand.
    private func lie(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        guard bytes.count >= 4 else { return }
        let at = random.below(bytes.count - 3)
        let number = random.pick(Self.wrongLengths)
        for index in 0..<4 { bytes[at + index] = UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * index)) }
    }

    /// Replaces a decimal number by a longer one.
    private func exaggerate(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let digits = bytes.indices.filter { (48...57).contains(bytes[$0]) }
        guard !digits.isEmpty else { return }
        let start = random.pick(digits)
        let end = bytes[start...].firstIndex { !(48...57).contains($0) } ?? bytes.count
        let number = (0..<(1 + random.below(40))).map { _ in 48 + UInt8(random.below(10)) }
        bytes.replaceSubrange(start..<end, with: number)
    }

    /// One byte, very often.
    private func stretch(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let count = random.once(in: 40) ? 70_000 : random.length(upTo: 2000)
        let byte = random.once(in: 2) ? random.byte() : random.pick(Array("a0 -*.[(\";,:\n".utf8))
        bytes.insert(contentsOf: [UInt8](repeating: byte, count: count), at: random.below(bytes.count + 1))
    }

    /// One line, often: deep replies, long listings.
    private func repeatLine(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let start = random.below(bytes.count + 1)
        let end = bytes[start...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
        guard end > start, end - start < 200 else { return }
        let line = Array(bytes[start..<end])
        let count = random.once(in: 40) ? 400 : random.below(12)
        for _ in 0..<count { bytes.insert(contentsOf: line, at: start) }
    }
}
