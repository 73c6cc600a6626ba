/// A moment of the continuous clock, as plain bytes.
///
/// `ContinuousClock.Instant` is a resilient type: every copy of a value that holds one, and every look at an enum that
/// does, goes through run-time metadata. The pool looks at all its connections at each event, and that was most of the CPU
/// time of a synchronisation over FTP.
public struct PoolInstant: InstantProtocol, Hashable, Sendable {
    /// Since some moment of this process.
    private let elapsed: Duration

    private static let origin = ContinuousClock.now

    private init(elapsed: Duration) { self.elapsed = elapsed }

    public init(_ instant: ContinuousClock.Instant) { elapsed = Self.origin.duration(to: instant) }

    public static var now: PoolInstant { PoolInstant(ContinuousClock.now) }

    /// The same moment for those who sleep until then.
    public var instant: ContinuousClock.Instant { Self.origin.advanced(by: elapsed) }

    /// Since the same moment.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = elapsed.components
        return UInt64(bitPattern: seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
    }

    public func advanced(by duration: Duration) -> PoolInstant { PoolInstant(elapsed: elapsed + duration) }

    public func duration(to other: PoolInstant) -> Duration { other.elapsed - elapsed }

    public static func < (left: PoolInstant, right: PoolInstant) -> Bool { left.elapsed < right.elapsed }

    public static func + (instant: PoolInstant, duration: Duration) -> PoolInstant { instant.advanced(by: duration) }

    public static func += (instant: inout PoolInstant, duration: Duration) { instant = instant + duration }

    public static func - (instant: PoolInstant, duration: Duration) -> PoolInstant {
        instant.advanced(by: .zero - duration)
    }

    public static func - (later: PoolInstant, earlier: PoolInstant) -> Duration { earlier.duration(to: later) }
}
