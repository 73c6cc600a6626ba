/// The round trip to a server as the luckiest of its sessions has measured it.
///
/// A session that logged in among two dozen others has only met a busy server, and would take its time to think for the way.
struct SharedRoundTrip: Sendable {
    private static let validity = Duration.seconds(60)

    private var shortest: (time: Duration, since: ContinuousClock.Instant)?

    /// - Parameter own: the shortest that the asking session has seen.
    /// - Returns: the shortest that any has told within the last minute; the way may have become another one since.
    mutating func shared(_ own: Duration, _ now: ContinuousClock.Instant) -> Duration {
        if let shortest, shortest.time <= own, now - shortest.since < Self.validity { return shortest.time }
        shortest = (own, now)
        return own
    }
}
