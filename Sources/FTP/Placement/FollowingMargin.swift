/// How much later than the end of a transfer the commands behind it should arrive.
///
/// A denial costs a round trip of one file, a margin its time of every file: so the margin rises a little with each denial,
/// sinks with what was in time, and comes to rest where about one in fifty is denied.
struct FollowingMargin: Hashable, Sendable {
    /// In ten-thousandths of a round trip.
    private var share = 600

    private static let bounds = 400...5000

    mutating func answered(isDenied: Bool) {
        share = min(Self.bounds.upperBound, max(Self.bounds.lowerBound, share + (isDenied ? 400 : -8)))
    }

    func margin(_ roundTrip: Duration) -> Duration { roundTrip * share / 10_000 }
}
