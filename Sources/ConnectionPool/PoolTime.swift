/// The clock and the dice of the shell; tests bring their own.
struct PoolTime: Sendable {
    var now: @Sendable () -> PoolInstant
    var sleep: @Sendable (PoolInstant) async throws -> Void
    /// 0 ..< 1.
    var jitter: @Sendable () -> Double

    static let real = PoolTime(
        now: { .now },
        sleep: { try await Task.sleep(until: $0.instant, clock: .continuous) },
        jitter: { Double.random(in: 0..<1) })
}
