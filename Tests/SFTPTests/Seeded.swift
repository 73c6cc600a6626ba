/// A generator whose seed the failing test prints (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }

    /// Mostly small, now and then at the edge.
    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type) -> Number {
        switch Int.random(in: 0..<4, using: &self) {
        case 0: 0
        case 1: .max
        case 2: Number.random(in: 0...100, using: &self)
        default: Number.random(in: 0...(.max), using: &self)
        }
    }
}
