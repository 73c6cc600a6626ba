/// The clock and the dice of the shell; tests bring their own.
struct PoolTime: Sendable {
    var now: @Sendable () -> PoolInstant
    var sleep: @Sendable (PoolInstant) async throws -> Void
    /// 0 ..< 1.
    var jitter: @Sendable () -> Double

    static let real = PoolTime(
        now: { .now },
        sleep: { try await Task.sleep(until: $0.instant, clock: .continuous) },
        jitter: { clockJitter })

    /// From the clock's finest digits, well mixed: the system's generator is a system call, which is much for a value that
    /// an event hardly ever needs.
    private static var clockJitter: Double {
        let nanoseconds = PoolInstant.now.nanoseconds
        return Double((nanoseconds &* 0x9E37_79B9_7F4A_7C15) >> 11) / Double(UInt64(1) << 53)
    }
}
