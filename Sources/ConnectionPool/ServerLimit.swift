/// The server's own limit of sessions, learned when it refused one while others were open.
///
/// It is tried again now and then with one session more, since others of the account may have left.
struct ServerLimit {
    /// Sessions the server has been seen to accept at once; nil while it refused none.
    private(set) var maximum: Int?
    private(set) var nextProbe: ContinuousClock.Instant?
    private var interval: Duration = .zero

    /// Whether one session more than `occupied` may be tried.
    func allows(_ occupied: Int, configured: Int, _ now: ContinuousClock.Instant) -> Bool {
        guard occupied < configured else { return false }
        guard let maximum else { return true }
        if occupied < maximum { return true }
        return occupied == maximum && nextProbe.map { $0 <= now } ?? false
    }

    /// The server refused a session while `open` (at least 1) others were open.
    mutating func refused(open: Int, _ now: ContinuousClock.Instant, probeInterval: Duration) {
        let wasProbe = nextProbe.map { $0 <= now } ?? false
        if maximum == nil {
            interval = probeInterval
        } else if wasProbe {
            interval = min(interval * 2, probeInterval * 16)
        }
        maximum = max(1, open)
        nextProbe = now + interval
    }

    /// The server accepted a session; `open` are open now.
    mutating func accepted(open: Int, configured: Int, _ now: ContinuousClock.Instant, probeInterval: Duration) {
        guard let maximum, open > maximum else { return }
        if open >= configured {
            self = ServerLimit()
        } else {
            self.maximum = open
            interval = probeInterval
            nextProbe = now
        }
    }
}
