import FileModel

extension PoolStateMachine {
    /// Somebody asks for a stream and will wait until `deadline`.
    mutating func leaseRequested(
        _ id: LeaseID, _ priority: LeasePriority, _ direction: TransferDirection? = nil, deadline: Instant,
        _ moment: PoolMoment
    ) -> PoolAction {
        settled(moment) { machine, action in
            guard !machine.isShutDown else { return action.reply(id, .failed(machine.shutDownError)) }
            machine.waiters.append(
                .init(id: id, priority: priority, direction: direction, deadline: deadline, since: moment.now))
        }
    }

    /// Somebody asks for a stream that is free, or on a connection made for it.
    mutating func leaseRequestedIfFree(
        _ id: LeaseID, _ priority: LeasePriority, _ direction: TransferDirection? = nil, apartFrom: Set<ConnectionID>,
        _ moment: PoolMoment
    ) -> PoolAction {
        settled(moment) { machine, action in
            guard !machine.isShutDown else { return action.reply(id, .failed(machine.shutDownError)) }
            let claim = Claim(priority: priority, direction: direction)
            guard machine.isAllowed(claim) else { return action.reply(id, .nothingFree) }
            machine.suspectSilent(moment.now)
            if let index = machine.place(for: direction, apartFrom: apartFrom) {
                machine.grant(id, claim, index, moment.now, &action)
            } else if direction.map({ machine.spareCarriers(of: $0) > 0 }) ?? true,
                machine.uncoveredWaiters == 0, machine.mayOpen(moment.now)
            {
                machine.claims[id] = claim
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
            guard let index = machine.unbook(id, moment.now) else { return }
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

    mutating func serveWaiters(_ now: Instant, _ action: inout PoolAction) {
        while !waiters.isEmpty {
            let places = places
            guard let waiter = waiters.takeNext(from: places), let index = places[waiter.line] else { return }
            grant(waiter.id, Claim(priority: waiter.priority, direction: waiter.direction), index, now, &action)
        }
    }

    mutating func grant(_ id: LeaseID, _ claim: Claim, _ index: Int, _ now: Instant, _ action: inout PoolAction) {
        book(id, claim, index, now)
        action.reply(id, .granted(connections[index].id))
    }

    // MARK: - Books

    mutating func book(_ id: LeaseID, _ claim: Claim, _ index: Int, _ now: Instant) {
        updateOpen(index) { $0.leased(claim.direction, now) }
        leases[id] = LeaseRecord(
            connection: connections[index].id, priority: claim.priority, direction: claim.direction)
        if claim.priority.isLong { longLeases += 1 }
    }

    /// - Returns: where the lease's connection is; nil where the lease, or the connection, has ended before.
    @discardableResult
    mutating func unbook(_ id: LeaseID, _ now: Instant) -> Int? {
        guard let lease = leases.removeValue(forKey: id) else { return nil }
        if lease.priority.isLong { longLeases -= 1 }
        guard let index = index(of: lease.connection) else { return nil }
        updateOpen(index) { $0.released(lease.direction, now) }
        return index
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
