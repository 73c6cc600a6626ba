import FileModel
import Synchronization

extension Pool {
    typealias Answer = PoolState<Connection>.Answer

    /// Makes a request and waits for its answer. Cancelling the task takes it out of the line.
    func request(
        _ priority: LeasePriority,
        _ ask: @Sendable (inout PoolStateMachine, LeaseID, PoolMoment) -> PoolAction
    ) async -> Answer {
        let id = nextLease()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                change {
                    $0.waiters[id] = .init(priority: priority, continuation: continuation)
                } _: { machine, moment in
                    ask(&machine, id, moment)
                }
                // The handler below may have run before the request was made.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// A stream that is free, where nobody waits.
    func leasedAtOnce(_ priority: LeasePriority, _ direction: TransferDirection?) -> Lease<Connection>? {
        guard !Task.isCancelled else { return nil }
        let id = nextLease()
        let now = time.now()
        return state.withLock { state in
            guard let granted = state.machine.leasedAtOnce(id, priority, direction, now) else { return nil }
            return lease(id, of: connection(granted, state), granted, priority, &state)
        }
    }

    private func nextLease() -> LeaseID { LeaseID(number: lastLease.add(1, ordering: .relaxed).newValue) }

    /// The connection that the machine has granted.
    func connection(_ id: ConnectionID, _ state: borrowing PoolState<Connection>) -> Connection {
        guard let connection = state.connections[id] else {
            preconditionFailure("granted a connection that is not open")
        }
        return connection
    }

    private func cancel(_ id: LeaseID) {
        change { machine, moment in machine.leaseCancelled(id, moment) }
    }

    /// The use of a connection by who waits for it.
    func lease(
        _ id: LeaseID, of connection: Connection, _ connectionID: ConnectionID, _ priority: LeasePriority,
        _ state: inout PoolState<Connection>
    ) -> Lease<Connection> {
        let lease = Lease(connection, connectionID, priority) { self.ended(id, $0) }
        if priority == .stream { state.holders[id] = .init(lease: lease) }
        return lease
    }

    private func ended(_ id: LeaseID, _ error: StorageError?) {
        if error == nil, releasedAtOnce(id) { return }
        change {
            $0.holders[id] = nil
        } _: { machine, moment in
            machine.leaseReleased(id, error, moment)
        }
    }

    private func releasedAtOnce(_ id: LeaseID) -> Bool {
        let now = time.now()
        return state.withLock { state in
            guard state.machine.releasedAtOnce(id, now) else { return false }
            state.holders[id] = nil
            setTimer(now, &state)
            return true
        }
    }

    /// Asks holders in turn until enough have agreed.
    func askBack(_ leases: [LeaseID], enough: Int) {
        var agreed: [LeaseID] = []
        for id in leases where agreed.count < enough {
            let lease = state.withLock { $0.holders[id]?.lease }
            if lease?.askBack() ?? false { agreed.append(id) }
        }
        guard !agreed.isEmpty else { return }
        let promised = agreed
        state.withLock { $0.machine.holdersAgreed(promised) }
    }
}
