import FileModel

@testable import ConnectionPool

/// Plays the shell for a machine: a clock that moves when told, and a record of what is under way.
struct MachineDriver {
    var machine: PoolStateMachine
    var now = PoolInstant.now
    var jitter = 0.0
    private var lastLease = 1_000_000

    /// Commands not yet answered, by kind.
    var slotRequests: [ConnectionID] = []
    var connects: [ConnectionID] = []
    var checks: [ConnectionID] = []
    var closes: [ConnectionID] = []
    var abandoned: [ConnectionID] = []
    var forgotten: [ConnectionID] = []
    var asked: [(leases: [LeaseID], enough: Int)] = []
    var isFinished = false
    var slotLimit: Int?
    var remembered: [ServerEvent] = []
    /// Answers by request.
    var granted: [LeaseID: ConnectionID] = [:]
    var refused: [LeaseID: StorageError?] = [:]
    /// Requests in the order in which they were granted.
    var grantOrder: [LeaseID] = []
    var slotsAtOnce = true

    /// - Parameter hasLoggedIn: the account was good a moment ago, so several attempts may be made at once.
    init(
        maximum: Int = 3, streams: Int = 1, sharesSlots: Bool = false, hasLoggedIn: Bool = true,
        _ adjust: (inout PoolConfiguration) -> Void = { _ in }
    ) {
        var configuration = PoolConfiguration(
            name: "ftp://u@host", maximumConnections: maximum, streamsPerConnection: streams)
        configuration.keepAlive = nil
        adjust(&configuration)
        machine = PoolStateMachine(configuration, sharesSlots: sharesSlots)
        if hasLoggedIn { machine.lastEstablished = now }
    }

    var moment: PoolMoment { PoolMoment(now: now, jitter: jitter) }

    mutating func perform(_ action: PoolAction) {
        for reply in action.replies {
            switch reply.answer {
            case .granted(let connection):
                granted[reply.lease] = connection
                grantOrder.append(reply.lease)
            case .failed(let error): refused[reply.lease] = error
            case .nothingFree: refused[reply.lease] = .some(nil)
            }
        }
        for command in action.commands { perform(command) }
    }

    private mutating func perform(_ command: PoolAction.Command) {
        switch command {
        case .acquireSlot(let id, _):
            if slotsAtOnce { perform(machine.slotGranted(id, moment)) } else { slotRequests.append(id) }
        case .abandonSlot(let id), .abandonConnect(let id): abandoned.append(id)
        case .connect(let id): connects.append(id)
        case .keepAlive(let id): checks.append(id)
        case .close(let id): closes.append(id)
        case .forget(let id): forgotten.append(id)
        case .askBack(let leases, let enough): asked.append((leases, enough))
        case .limitSlots(let count): slotLimit = count
        case .remember(let event): remembered.append(event)
        case .readDemand: break
        case .finish: isFinished = true
        }
    }

    // MARK: - Events

    mutating func request(
        _ priority: LeasePriority = .metadata, _ direction: TransferDirection? = nil, within: Duration = .seconds(60)
    ) -> LeaseID {
        lastLease += 1
        let id = LeaseID(number: lastLease)
        perform(machine.leaseRequested(id, priority, direction, deadline: now + within, moment))
        return id
    }

    mutating func requestIfFree(
        _ priority: LeasePriority, _ direction: TransferDirection? = nil, apartFrom: Set<ConnectionID> = []
    ) -> LeaseID {
        lastLease += 1
        let id = LeaseID(number: lastLease)
        perform(machine.leaseRequestedIfFree(id, priority, direction, apartFrom: apartFrom, moment))
        return id
    }

    mutating func release(_ id: LeaseID, _ error: StorageError? = nil) {
        granted[id] = nil
        perform(machine.leaseReleased(id, error, moment))
    }

    mutating func cancel(_ id: LeaseID) { perform(machine.leaseCancelled(id, moment)) }

    mutating func grantSlot(_ index: Int = 0) { perform(machine.slotGranted(slotRequests.remove(at: index), moment)) }

    mutating func denySlot(_ error: StorageError?, _ index: Int = 0) {
        perform(machine.slotDenied(slotRequests.remove(at: index), error, moment))
    }

    @discardableResult
    mutating func establish(_ index: Int = 0, isDear: Bool = false, heldByOthers: Int = 0) -> ConnectionID {
        let id = connects.remove(at: index)
        perform(machine.connectionEstablished(id, isDear: isDear, heldByOthers: heldByOthers, moment))
        return id
    }

    mutating func fail(_ error: StorageError, _ index: Int = 0, heldByOthers: Int = 0) {
        perform(machine.connectFailed(connects.remove(at: index), error, heldByOthers: heldByOthers, moment))
    }

    mutating func finishClose(_ index: Int = 0) {
        perform(machine.connectionClosed(closes.remove(at: index), nil, moment))
    }

    mutating func lose(_ id: ConnectionID, _ error: StorageError? = StorageError(.connectionLost, "gone")) {
        perform(machine.connectionClosed(id, error, moment))
    }

    mutating func finishCheck(_ error: StorageError? = nil, _ index: Int = 0) {
        perform(machine.keepAliveDone(checks.remove(at: index), error, moment))
    }

    mutating func demand(wanted: Int, surplus: Int = 0, starving: Int = 0) {
        let demand = SlotDemand(wanted: wanted, surplus: surplus, starving: starving)
        perform(machine.slotsDemanded(demand, moment))
    }

    mutating func recall(_ known: ServerKnowledge) { perform(machine.recalled(known, moment)) }
    mutating func reset() { perform(machine.reset(moment)) }
    mutating func shutdown() { perform(machine.shutdown()) }

    /// Lets the time pass, with every timer on the way.
    mutating func advance(_ duration: Duration) {
        let end = now + duration
        while let next = machine.nextTimer(now), next <= end {
            now = next
            perform(machine.timerTriggered(moment))
        }
        now = end
    }

    /// A lease on a connection made for it.
    mutating func connected(
        _ priority: LeasePriority = .metadata, _ direction: TransferDirection? = nil
    ) -> LeaseID {
        let id = request(priority, direction)
        if granted[id] == nil { establish() }
        return id
    }

    func refusal(_ id: LeaseID) -> StorageError? { refused[id] ?? nil }
    func isWaiting(_ id: LeaseID) -> Bool { granted[id] == nil && refused[id] == nil }
}
