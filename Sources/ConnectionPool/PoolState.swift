import FileModel

/// What the lock of a pool protects: the machine, and the live things its ids stand for.
struct PoolState<Connection: PooledConnection> {
    typealias Answer = Result<Lease<Connection>?, StorageError>

    struct Waiter {
        let priority: LeasePriority
        let continuation: CheckedContinuation<Answer, Never>
    }

    /// A lease that can be asked back, as long as its holder has it.
    struct Holder {
        weak var lease: Lease<Connection>?
    }

    var machine: PoolStateMachine
    var connections: [ConnectionID: Connection] = [:]
    var slots: [ConnectionID: ConnectionSlot] = [:]
    /// What is under way for a connection that is not open yet.
    var attempts: [ConnectionID: Task<Void, Never>] = [:]
    var waiters: [LeaseID: Waiter] = [:]
    var holders: [LeaseID: Holder] = [:]
    var timer: (at: PoolInstant, task: Task<Void, Never>)?
    /// The last of the events that go to the server's record, one after the other.
    var remembering: Task<Void, Never>?
    var finishing: [CheckedContinuation<Void, Never>] = []

    init(_ machine: PoolStateMachine) { self.machine = machine }
}

/// Foreign code that an action leads to, called after the lock is released.
enum PoolErrand<Connection: PooledConnection> {
    typealias Continuation = CheckedContinuation<PoolState<Connection>.Answer, Never>

    case answer(Continuation, StorageError?)
    case hand(Continuation, Lease<Connection>)
    /// The last reference may be this one, and its end may report a close.
    case letGo(Connection?, ConnectionSlot?)
    case ask([LeaseID], enough: Int)
    case limitSlots(Int?)
    case readDemand
    case finished(CheckedContinuation<Void, Never>)
}
