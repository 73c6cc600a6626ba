/// How many connections are opened, and how many attempts may be under way.
extension PoolStateMachine {
    /// Streams that will be asked for in a moment.
    struct Expectation {
        var streams: Int
        var until: Instant
    }

    /// So many streams will be asked for together within seconds: connections are opened ahead of the requests.
    mutating func streamsExpected(_ count: Int, _ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, _ in
            machine.expectation = Expectation(streams: count, until: moment.now + .seconds(5))
        }
    }

    /// Streams on their way: of connections being made, and of checks about to end.
    var openingCapacity: Int { capacity { _ in true } }

    func capacity(where counts: (ConnectionRecord) -> Bool) -> Int {
        connections.reduce(0) { sum, record in
            guard counts(record) else { return sum }
            if record.isOpening { return sum + configuration.streamsPerConnection - (record.claimant == nil ? 0 : 1) }
            guard let open = record.open, open.checkSince != nil, !open.isYielding else { return sum }
            if open.isSuspect { return sum + configuration.streamsPerConnection }
            return sum + (open.leases < configuration.streamsPerConnection ? 1 : 0)
        }
    }

    /// Streams that are waited for, or that somebody said to need in a moment.
    func wantedStreams(_ now: Instant) -> Int {
        guard let expectation, now < expectation.until else { return eligibleWaiters }
        return max(eligibleWaiters, expectation.streams - openCount * configuration.streamsPerConnection)
    }

    /// Eligible waiters for whom nothing is on its way.
    var uncoveredWaiters: Int { max(0, eligibleWaiters - openingCapacity) }

    func mayOpen(_ now: Instant) -> Bool {
        guard !isShutDown, backOff.allowsAttempt(now) else { return false }
        if let loginPace, !loginPace.allows(connections.count, now) { return false }
        let attempts = connections.count { $0.isConnecting || $0.isWaitingForSlot }
        return attempts < attemptLimit(now)
            && limit.allows(connections.count, configured: configuration.maximumConnections, now)
    }

    /// One attempt at first: a wrong password is tried once, and a server that is down is asked once. Then each session that
    /// was let in vouches for one attempt, so that two dozen take a few round trips; a server that held as many
    /// not long ago is asked for all at once, and one that has refused any is asked gently.
    private func attemptLimit(_ now: Instant) -> Int {
        guard openCount > 0 || backOff.failures == 0 && wasLoggedIn(now) else { return 1 }
        let gentle = max(1, configuration.maximumConnecting)
        guard limit.maximum == nil, backOff.failures == 0 else { return gentle }
        let vouched = max(openCount, (knownSessions ?? 0) - openCount)
        return max(gentle, min(vouched, configuration.mostConnecting))
    }

    mutating func grow(_ now: Instant, _ action: inout PoolAction) {
        while wantedStreams(now) > openingCapacity, mayOpen(now) { open(claimant: nil, &action) }
    }

    mutating func open(claimant: LeaseID?, _ action: inout PoolAction) {
        let id = ConnectionID(number: nextID())
        connections.append(ConnectionRecord(id: id, phase: .waitingForSlot(isAbandoned: false), claimant: claimant))
        action.command(.acquireSlot(id, waiting: claimant == nil))
    }

    /// Gives up places in the line for slots that nobody here needs any more.
    mutating func trimSlotRequests(_ now: Instant, _ action: inout PoolAction) {
        for index in connections.indices.reversed() where connections[index].isWaitingForSlot {
            let record = connections[index]
            guard record.isOpening, record.claimant == nil else { continue }
            guard openingCapacity - configuration.streamsPerConnection >= wantedStreams(now) else { return }
            connections[index].phase = .waitingForSlot(isAbandoned: true)
            action.command(.abandonSlot(record.id))
        }
    }
}
