/// The server's own limit of sessions, learned when it refused one while others were open.
///
/// It is tried again now and then with one session more, since others of the account may have left.
struct ServerLimit {
    typealias Instant = PoolInstant

    /// Sessions the server has been seen to accept at once; nil while it refused none.
    private(set) var maximum: Int?
    private(set) var nextProbe: Instant?
    private var interval: Duration = .zero
    private var lastRefusal: Instant?

    /// Whether one session more than `occupied` may be tried.
    func allows(_ occupied: Int, configured: Int, _ now: Instant) -> Bool {
        guard occupied < configured else { return false }
        return allowed(now).map { occupied < $0 } ?? true
    }

    /// Sessions that there may be at this moment, with the one that is being tried; nil without a limit.
    func allowed(_ now: Instant) -> Int? { maximum.map { $0 + (isProbeDue(now) ? 1 : 0) } }

    private func isProbeDue(_ now: Instant) -> Bool { nextProbe.map { $0 <= now } ?? false }

    /// The server refused a session while `open` (at least 1) others were open.
    mutating func refused(open: Int, _ now: Instant, probeInterval: Duration) {
        if maximum == nil {
            interval = probeInterval
        } else if isProbeDue(now) {
            interval = min(interval * 2, probeInterval * 16)
        }
        maximum = max(1, open)
        nextProbe = now + interval
        lastRefusal = now
    }

    /// The server accepted a session; `open` are open now.
    ///
    /// - Parameter started: when the attempt began. One from before the last refusal only shows how much the server had
    ///   already granted; a later one was a probe, and the next may follow at once.
    mutating func accepted(open: Int, started: Instant, configured: Int, _ now: Instant, probeInterval: Duration) {
        guard let maximum, open > maximum else { return }
        if open >= configured {
            self = ServerLimit()
            return
        }
        self.maximum = open
        if let lastRefusal, started < lastRefusal { return }
        interval = probeInterval
        nextProbe = now
    }

    // MARK: - Between programs and runs

    func remembered(_ now: Instant) -> RememberedLimit? {
        guard let maximum, let nextProbe else { return nil }
        return RememberedLimit(maximum: maximum, untilProbe: nextProbe - now, interval: interval)
    }

    /// Takes over what this or another program learned before.
    mutating func recall(_ limit: RememberedLimit, _ now: Instant) {
        maximum = max(1, limit.maximum)
        interval = limit.interval
        nextProbe = now + limit.untilProbe
    }

    /// Whether both say the same to other programs.
    func agrees(with other: ServerLimit) -> Bool { maximum == other.maximum && nextProbe == other.nextProbe }
}
