/// One connection as the machine sees it.
struct ConnectionRecord {
    let id: ConnectionID
    var phase: Phase
    /// The request that does not wait in line and for which this connection is being made.
    var claimant: LeaseID?

    enum Phase {
        /// A slot was asked for. Leads to `connecting`, or the end.
        case waitingForSlot(isAbandoned: Bool)
        /// Leads to `open`, or the end.
        case connecting(since: PoolInstant)
        /// Leads to `closing`, or the end.
        case open(OpenConnection)
        /// Close was called and the end not yet reported: the server may still count it, so the pool does.
        case closing
    }

    var open: OpenConnection? {
        if case .open(let open) = phase { return open }
        return nil
    }

    var isWaitingForSlot: Bool {
        if case .waitingForSlot = phase { return true }
        return false
    }

    var isConnecting: Bool {
        if case .connecting = phase { return true }
        return false
    }

    /// Whether the connection is on its way to serve somebody.
    var isOpening: Bool {
        switch phase {
        case .waitingForSlot(let isAbandoned): !isAbandoned
        case .connecting: true
        case .open, .closing: false
        }
    }

    var isClosing: Bool {
        if case .closing = phase { return true }
        return false
    }
}

/// A connection that works, as far as is known.
struct OpenConnection {
    var leases = 0
    /// Those of `leases` that are transfers.
    var transfers = TransferCounts()
    let established: PoolInstant
    /// When the last lease ended; for as long as there is none.
    var idleSince: PoolInstant?
    /// The last lease, release or answered check.
    var lastSign: PoolInstant
    var checkSince: PoolInstant?
    /// Was silent for so long that it is checked before anybody gets it.
    var isSuspect = false
    /// Makes room for others: takes no new lease and closes when the last one ends.
    var isYielding = false
    /// A lease on it ended well, so an end soon after login is not the server's way of refusing us.
    var isProven = false

    init(established now: PoolInstant) {
        established = now
        idleSince = now
        lastSign = now
    }

    var isIdle: Bool { leases == 0 && checkSince == nil }

    func freeStreams(of streams: Int) -> Int {
        isYielding || isSuspect ? 0 : max(0, streams - leases - (checkSince == nil ? 0 : 1))
    }

    mutating func leased(_ direction: TransferDirection?, _ now: PoolInstant) {
        leases += 1
        if let direction { transfers[direction] += 1 }
        idleSince = nil
        lastSign = now
    }

    mutating func released(_ direction: TransferDirection?, _ now: PoolInstant) {
        leases -= 1
        if let direction { transfers[direction] -= 1 }
        if leases == 0 { idleSince = now }
        lastSign = now
    }

    /// What the passing of time asks for, and when.
    func nextDuty(_ configuration: PoolConfiguration) -> (at: PoolInstant, duty: Duty)? {
        if let checkSince {
            return (checkSince + (isSuspect ? configuration.checkTimeout : configuration.keepAliveTimeout), .giveUp)
        }
        let idleEnd = idleSince.map { (at: $0 + configuration.idleTimeout, duty: Duty.closeIdle) }
        guard let interval = configuration.keepAlive, freeStreams(of: configuration.streamsPerConnection) > 0 else {
            return idleEnd
        }
        let check = (at: lastSign + interval, duty: Duty.check)
        guard let idleEnd, idleEnd.at <= check.at else { return check }
        return idleEnd
    }

    enum Duty { case giveUp, closeIdle, check }
}
