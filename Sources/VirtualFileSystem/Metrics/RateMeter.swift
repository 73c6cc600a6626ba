/// Bytes per second over the last seconds, and in all; a pure value that is told the time.
struct RateMeter: Sendable {
    private(set) var total: Int64 = 0
    /// Bytes of each of the last seconds, by second modulo the window.
    private var slots = [Int64](repeating: 0, count: Self.window)
    private var newest: Int64
    private let start: ContinuousClock.Instant

    private static let window = 5

    init(start: ContinuousClock.Instant) {
        self.start = start
        newest = 0
    }

    mutating func add(_ bytes: Int, at now: ContinuousClock.Instant) {
        advance(to: now)
        slots[Int(newest) % Self.window] += Int64(bytes)
        total += Int64(bytes)
    }

    /// Bytes per second.
    mutating func rate(at now: ContinuousClock.Instant) -> Int64 {
        advance(to: now)
        let seconds = min(Int64(Self.window), newest + 1)
        return slots.reduce(0, +) / seconds
    }

    private mutating func advance(to now: ContinuousClock.Instant) {
        let second = (now - start).components.seconds
        guard second > newest else { return }
        for passed in (newest + 1)...min(second, newest + Int64(Self.window)) { slots[Int(passed) % Self.window] = 0 }
        newest = second
    }
}
