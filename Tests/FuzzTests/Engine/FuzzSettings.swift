import Glibc

/// How many inputs, and which: from the environment, so that a find can be repeated.
enum FuzzSettings {
    /// `REMORA_SEED`; else another one every time the parsers are fuzzed for their own sake, and always the same one
    /// among the other tests, which must not fail by chance.
    static let seed = number("REMORA_SEED") ?? (isAlone ? UInt64.random(in: 1...999_999_999) : 83_129_443)

    /// `REMORA_FUZZ`: inputs for all parsers together.
    static let inputs = number("REMORA_FUZZ").map { Int($0) } ?? 20_000

    /// Whether the parsers are fuzzed for their own sake: then no other test disturbs what is measured.
    static let isAlone = number("REMORA_FUZZ") != nil

    /// `REMORA_FUZZ_ONLY`: the parsers whose name holds this.
    static let only = getenv("REMORA_FUZZ_ONLY").map { String(cString: $0) } ?? ""

    private static func number(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}
