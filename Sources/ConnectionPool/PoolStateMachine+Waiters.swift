import FileModel

extension PoolStateMachine {
    /// Somebody asks for a stream and will wait until `deadline`.
    mutating func leaseRequested(
        _ id: LeaseID, _ priority: LeasePriority, deadline: Instant, _ moment: PoolMoment
    ) -> PoolAction {
        settled(moment) { machine, action in
            guard !machine.isShutDown else { return action.reply(id, .failed(machine.shutDownError)) }
            machine.waiters.append(.init(id: id, priority: priority, deadline: deadline, since: moment.now))
        }
    }

    /// Somebody asks for a stream that is free, or on a connection made for it.
    mutating func leaseRequestedIfFree(
        _ id: LeaseID, _ priority: LeasePriority, apartFrom: Set<ConnectionID>, _ moment: PoolMoment
    ) -> PoolAction {
        settled(moment) { machine, action in
            guard !machine.isShutDown else { return action.reply(id, .failed(machine.shutDownError)) }
            guard machine.isAllowed(priority) else { return action.reply(id, .nothingFree) }
            if let index = machine.freeConnection(apartFrom) {
                machine.grant(id, priority, index, moment.now, &action)
            } else if machine.uncoveredWaiters == 0, machine.mayOpen(moment.now) {
                machine.claims[id] = priority
                machine.open(claimant: id, &action)
            } else {
                action.reply(id, .nothingFree)
            }
        }
    }

    /// Whoever asked no longer wants it. Nothing happens when the answer is already under way.
    mutating func leaseCancelled(_ id: LeaseID, _ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, action in
            if machine.waiters.remove(id) != nil {
                action.reply(id, .failed(.cancelled))
            } else if let index = machine.connections.firstIndex(where: { $0.claimant == id }) {
                machine.connections[index].claimant = nil
                machine.claims[id] = nil
                action.reply(id, .failed(.cancelled))
            }
        }
    }

    /// A lease ended; `error` when it left the connection unusable.
    mutating func leaseReleased(_ id: LeaseID, _ error: StorageError?, _ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, action in
            guard let lease = machine.leases.removeValue(forKey: id) else { return }
            if lease.priority != .metadata { machine.transferLeases -= 1 }
            guard let index = machine.index(of: lease.connection) else { return }
            machine.updateOpen(index) { $0.released(moment.now) }
            if let error {
                machine.endedEarly(index, error, moment)
                machine.close(index, &action)
            } else {
                machine.proved(index)
            }
        }
    }

    /// These holders will release shortly.
    mutating func holdersAgreed(_ agreed: [LeaseID]) {
        for id in agreed { leases[id]?.isReturning = true }
    }

    // MARK: - Serving

    /// Streams that leases other than metadata may hold together: some sessions stay free for metadata, and where there
    /// is one session of several streams, one stream.
    var transferLimit: Int {
        let streams = configuration.streamsPerConnection
        let sessions = min(configuration.maximumConnections, limit.maximum ?? .max)
        guard sessions > 1 else { return max(1, streams - configuration.reservedForMetadata) }
        return max(1, sessions - configuration.reservedForMetadata) * streams
    }

    /// What `transferLimit` leaves, with requests counted for which a connection is being made.
    var transferRoom: Int {
        max(0, transferLimit - transferLeases - claims.values.lazy.filter { $0 != .metadata }.count)
    }

    func isAllowed(_ priority: LeasePriority) -> Bool { priority == .metadata || transferRoom > 0 }

    mutating func serveWaiters(_ now: Instant, _ action: inout PoolAction) {
        while !waiters.isEmpty, let index = freeConnection([]),
            let waiter = waiters.takeNext(transfersAllowed: transferRoom > 0)
        {
            grant(waiter.id, waiter.priority, index, now, &action)
        }
    }

    /// The oldest connection with a free stream, so that one is filled before the next.
    func freeConnection(_ apartFrom: Set<ConnectionID>) -> Int? {
        connections.firstIndex { record in
            guard let open = record.open, !apartFrom.contains(record.id) else { return false }
            return open.freeStreams(of: configuration.streamsPerConnection) > 0
        }
    }

    mutating func grant(
        _ id: LeaseID, _ priority: LeasePriority, _ index: Int, _ now: Instant, _ action: inout PoolAction
    ) {
        updateOpen(index) { $0.leased(now) }
        leases[id] = LeaseRecord(connection: connections[index].id, priority: priority)
        if priority != .metadata { transferLeases += 1 }
        action.reply(id, .granted(connections[index].id))
    }

    // MARK: - Failing

    mutating func expireWaiters(_ now: Instant, _ action: inout PoolAction) {
        for waiter in waiters.removeExpired(now) { action.reply(waiter.id, .failed(deadlineError)) }
    }

    /// With nothing connected and no attempt soon, nobody is left waiting.
    mutating func failHopeless(_ now: Instant, _ action: inout PoolAction) {
        guard !waiters.isEmpty, !isConnected,
            let error = backOff.refusal(now, patience: configuration.backOffPatience)
        else { return }
        failWaiters(error, &action)
    }

    mutating func failWaiters(_ error: StorageError, _ action: inout PoolAction) {
        for waiter in waiters.removeAll() { action.reply(waiter.id, .failed(error)) }
    }

    private var deadlineError: StorageError {
        let name = configuration.name
        if let error = backOff.lastError {
            return StorageError(
                error.code, "no connection to \(name) in time: \(error.message)", serverReply: error.serverReply)
        }
        if connections.contains(where: \.isConnecting) {
            return StorageError(.timedOut, "\(name) did not let us in in time: check that it is up, and try again")
        }
        let count = connections.count { $0.open != nil }
        let others = connections.contains(where: \.isWaitingForSlot) ? ", and other programs use the rest" : ""
        return StorageError(
            .timedOut,
            "no connection to \(name) became free in time: \(count) of \(configuration.maximumConnections) are in use here"
                + "\(others); raise max_connections or do less at the same time")
    }
}
