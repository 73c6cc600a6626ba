public import FileModel
import Synchronization

/// The connections to one server and account, shared by everything that works on it.
///
/// **No operation may hold one lease while it waits for another**: with every session held that way nobody would ever
/// get on. Who holds a lease and could use a second one asks with `leaseIfFree`, which never waits for others.
///
/// The decisions are `PoolStateMachine`'s. Here is one door, `change`: the machine is asked under the lock, tasks are
/// started under it (they run outside), and foreign code is called after it.
public final class Pool<Connection: PooledConnection>: Sendable {
    let state: Mutex<PoolState<Connection>>
    let lastLease = Atomic<Int>(0)
    let slots: any ConnectionSlots
    /// nil: nothing is remembered.
    let record: (any ServerRecord)?
    let connect: @Sendable () async throws(StorageError) -> Connection
    let time: PoolTime
    private let leaseTimeout: Duration
    private let bulkLeaseTimeout: Duration

    public convenience init(
        _ configuration: PoolConfiguration, slots: any ConnectionSlots = UnlimitedSlots(),
        record: (any ServerRecord)? = nil, connect: @escaping @Sendable () async throws(StorageError) -> Connection
    ) {
        self.init(configuration, slots: slots, record: record, time: .real, connect: connect)
    }

    init(
        _ configuration: PoolConfiguration, slots: any ConnectionSlots, record: (any ServerRecord)? = nil,
        time: PoolTime,
        connect: @escaping @Sendable () async throws(StorageError) -> Connection
    ) {
        let machine = PoolStateMachine(configuration, sharesSlots: !(slots is UnlimitedSlots))
        state = Mutex(PoolState(machine))
        leaseTimeout = configuration.leaseTimeout
        bulkLeaseTimeout = configuration.bulkLeaseTimeout
        self.slots = slots
        self.record = record
        self.time = time
        self.connect = connect
    }

    /// A pool that was dropped without `shutdown` closes its connections in the background.
    deinit {
        state.withLock { state in
            state.timer?.task.cancel()
            for (id, connection) in state.connections {
                let slot = state.slots[id]
                Task {
                    await connection.close()
                    slot?.release()
                }
            }
        }
    }

    // MARK: - Leasing

    /// Waits in turn for a stream.
    ///
    /// - Parameters:
    ///   - direction: of a transfer, whose limit it then keeps.
    ///   - deadline: the end of the wait; nil is `leaseTimeout` or `bulkLeaseTimeout` from now.
    /// - Throws: `.timedOut` at the deadline, `.cancelled`, and at once what keeps the pool from connecting when it has
    ///   no connection.
    public func lease(
        _ priority: LeasePriority, _ direction: TransferDirection? = nil, deadline: PoolInstant? = nil
    ) async throws(StorageError) -> Lease<Connection> {
        if let lease = leasedAtOnce(priority, direction) { return lease }
        let deadline =
            deadline ?? time.now() + (priority == .bulk || priority == .brief ? bulkLeaseTimeout : leaseTimeout)
        let answer = await request(priority) { machine, id, moment in
            machine.leaseRequested(id, priority, direction, deadline: deadline, moment)
        }
        switch answer {
        case .success(let lease?): return lease
        case .success(nil): throw StorageError(.busy, "no connection is free")
        case .failure(let error): throw error
        }
    }

    /// Takes a stream that is free, or opens a connection if the cap allows; never waits for other leases to end.
    ///
    /// - Parameter apartFrom: leases whose connections are not wanted, for a transfer that uses several connections.
    /// - Returns: nil when there is none, others wait, or a connection could not be made.
    public func leaseIfFree(
        _ priority: LeasePriority, _ direction: TransferDirection? = nil, apartFrom: [Lease<Connection>] = []
    ) async -> Lease<Connection>? {
        let unwanted = Set(apartFrom.map(\.connectionID))
        let answer = await request(priority) { machine, id, moment in
            machine.leaseRequestedIfFree(id, priority, direction, apartFrom: unwanted, moment)
        }
        guard case .success(let lease) = answer else { return nil }
        return lease
    }

    /// Runs `body` with a leased connection.
    ///
    /// The connection is given up when `body` throws `.connectionLost`, `.timedOut` or `.protocolViolation`.
    public func withConnection<Result: Sendable>(
        _ priority: LeasePriority, deadline: PoolInstant? = nil,
        _ body: (Connection) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        let lease = try await lease(priority, deadline: deadline)
        do {
            let result = try await body(lease.connection)
            lease.release()
            return result
        } catch {
            switch error.code {
            case .connectionLost, .timedOut, .protocolViolation: lease.discard(error)
            default: lease.release()
            }
            throw error
        }
    }

    /// So many streams will be asked for together in a moment.
    public func expectStreams(_ count: Int) {
        change { machine, moment in machine.streamsExpected(count, moment) }
    }

    // MARK: - Watching and ending

    /// Whether a lease is being waited for.
    public var hasWaiters: Bool { state.withLock { !$0.machine.waiters.isEmpty } }

    public func snapshot() -> PoolSnapshot { state.withLock { $0.machine.snapshot } }

    /// Forgets a refused login, certificate or host key and any pause: the next lease tries again.
    public func reset() {
        change { machine, moment in machine.reset(moment) }
    }

    /// Closes every connection that nobody uses.
    public func closeIdle() {
        change { machine, moment in machine.idleDistrusted(moment) }
    }

    /// Fails every waiter and closes every connection; returns when all have ended and all is remembered.
    public func shutdown() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isFinished = state.withLock { state in
                if !state.machine.isFinished { state.finishing.append(continuation) }
                return state.machine.isFinished
            }
            if isFinished { continuation.resume() }
            change { machine, _ in machine.shutdown() }
        }
        await state.withLock { $0.remembering }?.value
    }
}
