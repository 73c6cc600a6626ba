/// How many sessions a server is asked for, by the time that it has had work, where a login keeps it busy for longer than
/// many calls do.
///
/// A server nearby answers at once, so that a few sessions keep it busy, and the logins of two dozen were a third of a run
/// over TLS that found nothing changed in 100 folders. Who still waits later gets more.
struct LoginPace {
    private static let atOnce = 4
    private static let step = (sessions: 4, each: Duration.seconds(1))

    let since: PoolInstant

    func allows(_ count: Int, _ now: PoolInstant) -> Bool {
        count < Self.atOnce + Self.step.sessions * steps(now)
    }

    /// When more are allowed.
    func nextStep(_ now: PoolInstant) -> PoolInstant { since + Self.step.each * (steps(now) + 1) }

    private func steps(_ now: PoolInstant) -> Int { Int((now - since) / Self.step.each) }
}
