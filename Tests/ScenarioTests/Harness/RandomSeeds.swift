import Glibc
import SeededRandom

extension SeededGenerator {
    /// Seeds of a random test: the one of `REMORA_SEED`, or as many new ones as `REMORA_HISTORIES` asks for.
    static func seeds(_ usual: Int) -> [UInt64] {
        func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
        if let seed = number("REMORA_SEED") { return [seed] }
        let count = number("REMORA_HISTORIES").map { Int($0) } ?? usual
        return (0..<count).map { _ in UInt64.random(in: 0...UInt64.max) }
    }
}
