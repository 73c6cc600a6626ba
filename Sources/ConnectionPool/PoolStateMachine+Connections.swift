import FileModel

/// The life of open connections.
extension PoolStateMachine {
    func index(of id: ConnectionID) -> Int? { connections.firstIndex { $0.id == id } }

    /// Sessions that the server counts.
    var openCount: Int { connections.count { $0.open != nil || $0.isClosing } }

    /// Whether anything serves waiters or is about to.
    var isConnected: Bool { connections.contains { $0.open != nil || $0.isOpening } }

    mutating func updateOpen(_ index: Int, _ body: (inout OpenConnection) -> Void) {
        guard case .open(var open) = connections[index].phase else { return }
        body(&open)
        connections[index].phase = .open(open)
    }

    mutating func close(_ index: Int, _ action: inout PoolAction) {
        guard connections[index].open != nil else { return }
        connections[index].phase = .closing
        action.command(.close(connections[index].id))
    }

    /// A connection has ended, whoever ended it, and its leases with it: their holders will see errors.
    mutating func connectionClosed(_ id: ConnectionID, _ error: StorageError?, _ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, action in
            guard let index = machine.index(of: id) else { return }
            if !machine.isShutDown { machine.endedEarly(index, error, moment) }
            machine.connections.remove(at: index)
            machine.dropLeases(of: id)
            action.command(.forget(id))
        }
    }

    private mutating func dropLeases(of id: ConnectionID) {
        for (lease, record) in leases where record.connection == id {
            leases[lease] = nil
            if record.priority.isLong { longLeases -= 1 }
        }
    }

    mutating func keepAliveDone(_ id: ConnectionID, _ error: StorageError?, _ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, action in
            guard let index = machine.index(of: id) else { return }
            machine.updateOpen(index) { open in
                open.checkSince = nil
                open.isSuspect = false
                open.lastSign = moment.now
            }
            if error != nil { machine.close(index, &action) }
        }
    }

    /// Checks, idle closes and unanswered checks whose time has come.
    mutating func doDuties(_ now: Instant, _ action: inout PoolAction) {
        for index in connections.indices {
            guard let next = connections[index].open?.nextDuty(configuration), next.at <= now else { continue }
            switch next.duty {
            case .giveUp, .closeIdle:
                close(index, &action)
            case .check:
                updateOpen(index) { $0.checkSince = now }
                action.command(.keepAlive(connections[index].id))
            }
        }
    }

    /// An idle connection that nobody heard of for long may be dead without knowing it.
    mutating func suspectSilent(_ now: Instant) {
        for index in connections.indices {
            guard let open = connections[index].open, !open.isSuspect, isSilent(open, now) else { continue }
            updateOpen(index) { $0.isSuspect = true }
        }
    }

    /// Whether the passing of time asks for something.
    func isDue(_ open: OpenConnection, _ now: Instant) -> Bool {
        open.nextDuty(configuration).map { $0.at <= now } ?? false
    }

    func isSilent(_ open: OpenConnection, _ now: Instant) -> Bool {
        open.isIdle && now - open.lastSign >= configuration.checkAfter
    }

    /// Checks as many of those as are waited for.
    mutating func checkSuspects(_ now: Instant, _ action: inout PoolAction) {
        for index in connections.indices {
            guard let open = connections[index].open, open.isSuspect, open.isIdle, !open.isYielding,
                uncoveredWaiters > 0
            else { continue }
            updateOpen(index) { $0.checkSince = now }
            action.command(.keepAlive(connections[index].id))
        }
    }

    /// Connections without a lease are not to be used again.
    mutating func idleDistrusted(_ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, action in
            for index in machine.connections.indices where machine.connections[index].open?.leases == 0 {
                machine.close(index, &action)
            }
        }
    }

    /// Forgets a permanent error, a pause and a learned limit.
    mutating func reset(_ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, _ in
            machine.backOff.reset()
            machine.limit = ServerLimit()
            machine.lastEstablished = nil
            machine.recalledLogin = nil
        }
    }
}
