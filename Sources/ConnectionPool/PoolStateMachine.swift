import FileModel

/// Every decision of the pool: who is served, what is opened, checked and closed, and when.
///
/// One method per event; each returns what is to be done. A connection is opened only when the free streams of the
/// open ones and those on their way do not serve everybody who waits. No I/O, no clock, no randomness.
///
/// Waiting requests are answered as soon as their fate is known: with no connection open, a failed attempt is everybody's
/// answer; with one open, they wait for its next free stream until their deadline.
struct PoolStateMachine {
    typealias Instant = PoolInstant

    struct LeaseRecord {
        let connection: ConnectionID
        let priority: LeasePriority
        let direction: TransferDirection?
        /// The holder promised to release it shortly.
        var isReturning = false
    }

    /// A request that does not wait in line.
    struct Claim {
        let priority: LeasePriority
        let direction: TransferDirection?
    }

    var configuration: PoolConfiguration
    /// Whether slots are shared with others, whose wants are to be looked at.
    let sharesSlots: Bool
    /// Oldest first, which is the order in which they are filled.
    var connections: [ConnectionRecord] = []
    var leases: [LeaseID: LeaseRecord] = [:]
    /// Leases whose end may be far away.
    var longLeases = 0
    var waiters = WaiterQueue()
    /// Requests that do not wait in line, each with a connection being made for it.
    var claims: [LeaseID: Claim] = [:]
    var limit = ServerLimit()
    var backOff = BackOff()
    var lastEstablished: Instant?
    /// When the credentials were good last, as other programs or earlier runs remember.
    var recalledLogin: Instant?
    var lastRememberedLogin: Instant?
    /// The limit as the server's record has it.
    var savedLimit = ServerLimit()
    /// The limit as the slots have it.
    var slotLimit: Int?
    /// The credentials were good at some time in the life of this pool.
    var hasWorked = false
    /// As many sessions as the server is known to have held at once, in this pool or before.
    var knownSessions: Int?
    /// The most that were open here at the same time.
    var mostOpen = 0
    var expectation: Expectation?
    /// Set where logins cost more than they bring to a short run.
    var loginPace: LoginPace?
    var lastAsk: Instant?
    var lastDemandRead: Instant?
    var demand = SlotDemand.none
    var isShutDown = false
    var isFinished = false
    private var nextNumber = 0

    init(_ configuration: PoolConfiguration, sharesSlots: Bool = false) {
        self.configuration = configuration
        self.sharesSlots = sharesSlots
    }

    mutating func nextID() -> Int {
        nextNumber += 1
        return nextNumber
    }

    /// What follows from the state whatever the event was; every event ends with it.
    mutating func settle(_ moment: PoolMoment, _ action: inout PoolAction) {
        guard !isShutDown else { return finishIfDrained(&action) }
        expireWaiters(moment.now, &action)
        suspectSilent(moment.now)
        doDuties(moment.now, &action)
        closeYielding(&action)
        serveWaiters(moment.now, &action)
        checkSuspects(moment.now, &action)
        failHopeless(moment.now, &action)
        shareLimit(moment.now, &action)
        grow(moment.now, &action)
        trimSlotRequests(moment.now, &action)
        askBack(moment.now, &action)
        readDemand(moment.now, &action)
    }

    /// Time has come to `nextTimer`.
    mutating func timerTriggered(_ moment: PoolMoment) -> PoolAction {
        settled(moment) { _, _ in }
    }

    /// One event: its own change, and what follows.
    mutating func settled(
        _ moment: PoolMoment, _ change: (inout PoolStateMachine, inout PoolAction) -> Void
    ) -> PoolAction {
        var action = PoolAction()
        change(&self, &action)
        settle(moment, &action)
        return action
    }

    /// When something is to be done without any other event; nil when there is nothing.
    func nextTimer(_ now: Instant) -> Instant? {
        guard !isShutDown else { return nil }
        // Asked at each change of the pool: no array is made for it.
        var next: Instant?
        func consider(_ time: Instant?) {
            if let time, time > now { next = min(next ?? time, time) }
        }
        for connection in connections { consider(connection.open?.nextDuty(configuration)?.at) }
        consider(waiters.earliestDeadline)
        consider(nextAsk)
        consider(nextDemandRead)
        guard !waiters.isEmpty else { return next }
        consider(backOff.until)
        consider(backOff.stoppedUntil)
        consider(limit.nextProbe)
        if let loginPace, !loginPace.allows(connections.count, now) { consider(loginPace.nextStep(now)) }
        return next
    }

    // MARK: - The end

    /// Refuses everybody from now on and closes everything; the last end is answered with `.finish`.
    mutating func shutdown() -> PoolAction {
        var action = PoolAction()
        guard !isShutDown else { return action }
        isShutDown = true
        rememberSessions(&action)
        for waiter in waiters.removeAll() { action.reply(waiter.id, .failed(shutDownError)) }
        for index in connections.indices { end(index, &action) }
        finishIfDrained(&action)
        return action
    }

    private mutating func end(_ index: Int, _ action: inout PoolAction) {
        let id = connections[index].id
        if let claimant = connections[index].claimant {
            connections[index].claimant = nil
            claims[claimant] = nil
            action.reply(claimant, .failed(shutDownError))
        }
        switch connections[index].phase {
        case .waitingForSlot: action.command(.abandonSlot(id))
        case .connecting: action.command(.abandonConnect(id))
        case .open: close(index, &action)
        case .closing: break
        }
    }

    private mutating func finishIfDrained(_ action: inout PoolAction) {
        guard connections.isEmpty, !isFinished else { return }
        isFinished = true
        action.command(.finish)
    }

    var shutDownError: StorageError {
        StorageError(.cancelled, "the connections to \(configuration.name) are being closed")
    }
}
