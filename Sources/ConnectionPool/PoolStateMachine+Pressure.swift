import FileModel

/// Making room: idle handles for waiters of this pool, connections for other programs.
extension PoolStateMachine {
    // MARK: - For our own waiters

    /// When idle holders are asked next, while somebody waits for whom nothing is on its way.
    var nextAsk: Instant? {
        guard !waiters.isEmpty, missingStreams > 0, !returnable.isEmpty else { return nil }
        return lastAsk.map { $0 + configuration.pressureInterval }
    }

    /// Streams that would have to come back for all waiters to be served.
    private var missingStreams: Int {
        let returning = leases.values.lazy.filter(\.isReturning).count
        return max(0, waiters.count - openingCapacity - returning)
    }

    /// Held streams that nobody promised yet and that help somebody who waits, longest held first.
    private var returnable: [LeaseID] {
        let full = fullDirections
        let waitForTheirOwn = full.reduce(0) { $0 + waiters.count(.transfer($1)) }
        let anyHelps = waiters.isEmpty || waiters.count > waitForTheirOwn
        return leases.filter { _, lease in
            guard lease.priority == .stream, !lease.isReturning else { return false }
            return anyHelps || lease.direction.map { full.contains($0) } ?? false
        }.keys.sorted()
    }

    mutating func askBack(_ now: Instant, _ action: inout PoolAction) {
        guard !waiters.isEmpty || demand.wanted > 0 else { return }
        if let lastAsk, now - lastAsk < configuration.pressureInterval { return }
        let forOthers = returnable.filter { isOnYieldingConnection($0) }
        if !forOthers.isEmpty { action.command(.askBack(forOthers, enough: forOthers.count)) }
        let missing = missingStreams
        let forWaiters = missing > 0 ? returnable.filter { !isOnYieldingConnection($0) } : []
        if !forWaiters.isEmpty { action.command(.askBack(forWaiters, enough: missing)) }
        if !forOthers.isEmpty || !forWaiters.isEmpty { lastAsk = now }
    }

    private func isOnYieldingConnection(_ id: LeaseID) -> Bool {
        guard let lease = leases[id], let index = index(of: lease.connection) else { return false }
        return connections[index].open?.isYielding ?? false
    }

    // MARK: - For others

    var nextDemandRead: Instant? {
        guard sharesSlots, let lastDemandRead, holdsSlots else { return nil }
        return lastDemandRead + configuration.pressureInterval
    }

    private var holdsSlots: Bool { connections.contains { $0.open != nil } }

    mutating func readDemand(_ now: Instant, _ action: inout PoolAction) {
        guard sharesSlots, holdsSlots else { return }
        if let lastDemandRead, now - lastDemandRead < configuration.pressureInterval { return }
        lastDemandRead = now
        action.command(.readDemand)
    }

    /// What others want of our slots.
    ///
    /// Idle connections make room at once where we have more than our share or others have none, and otherwise
    /// after a short while, so that a quiet program does not log in anew for every command. Busy ones beyond our share
    /// take no new lease; where nobody has a surplus, one that had its turn does the same.
    mutating func slotsDemanded(_ demand: SlotDemand, _ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, action in
            machine.demand = demand
            let urgent = min(demand.wanted, max(demand.surplus, demand.starving))
            machine.closeIdle(urgent, idleFor: .zero, moment.now, &action)
            machine.closeIdle(demand.wanted, idleFor: machine.configuration.idleTimeoutWhenWanted, moment.now, &action)
            machine.chooseYielding(moment.now)
        }
    }

    /// Closes idle connections, youngest first, until `count` are on their way out.
    private mutating func closeIdle(_ count: Int, idleFor: Duration, _ now: Instant, _ action: inout PoolAction) {
        var missing = count - connections.count(where: \.isClosing)
        for index in connections.indices.reversed() where missing > 0 {
            guard let open = connections[index].open, open.isIdle, let since = open.idleSince else { continue }
            guard now - since >= idleFor else { continue }
            close(index, &action)
            missing -= 1
        }
    }

    private mutating func chooseYielding(_ now: Instant) {
        let turns = demand.surplus == 0 && demand.starving > 0 ? 1 : 0
        let wanted = min(demand.wanted, demand.surplus + turns)
        var missing = wanted - connections.count { $0.isClosing }
        let candidates = connections.indices.filter { connections[$0].open != nil }
            .sorted { yieldOrder($0) < yieldOrder($1) }
        for index in candidates {
            let hadItsTurn = connections[index].open.map { now - $0.established >= configuration.turn } ?? false
            let yields = missing > 0 && (turns == 0 || hadItsTurn)
            updateOpen(index) { $0.isYielding = yields }
            if yields { missing -= 1 }
        }
    }

    /// Those that yield already first, then those with the fewest leases, then the oldest.
    private func yieldOrder(_ index: Int) -> (Int, Int, Int) {
        guard let open = connections[index].open else { return (2, 0, index) }
        return (open.isYielding ? 0 : 1, open.leases, index)
    }

    mutating func closeYielding(_ action: inout PoolAction) {
        for index in connections.indices {
            if let open = connections[index].open, open.isYielding, open.isIdle { close(index, &action) }
        }
    }
}
