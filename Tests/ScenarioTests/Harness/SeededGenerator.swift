import Glibc

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Seeds of a random test: the one of `REMORA_SEED`, or as many new ones as `REMORA_HISTORIES` asks for.
    static func seeds(_ usual: Int) -> [UInt64] {
        func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
        if let seed = number("REMORA_SEED") { return [seed] }
        let count = number("REMORA_HISTORIES").map { Int($0) } ?? usual
        return (0..<count).map { _ in UInt64.random(in: 0...UInt64.max) }
    }
}
