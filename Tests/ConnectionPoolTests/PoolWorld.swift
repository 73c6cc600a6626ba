import FileModel
import Testing
import SeededRandom

@testable import ConnectionPool

/// What went wrong, in the order in which it was noticed.
final class FaultLog {
    private(set) var all: [String] = []
    var isEmpty: Bool { all.isEmpty }

    func add(_ fault: String) { all.append(fault) }

    func expect(_ condition: Bool, _ fault: @autoclosure () -> String) {
        if !condition { add(fault()) }
    }
}

/// A server, slots and users that do anything they may, and a second book on what the machine does with them.
struct PoolWorld {
    enum Stage: Hashable { case slotAsked, slotHeld, open, closing }
    struct Request { let priority: LeasePriority, direction: TransferDirection?, waits: Bool }
    struct Held { let connection: ConnectionID, priority: LeasePriority, direction: TransferDirection? }

    var machine: PoolStateMachine
    var random: SeededGenerator
    var now = PoolInstant.now
    var stages: [ConnectionID: Stage] = [:]
    var checks: Set<ConnectionID> = []
    var requests: [LeaseID: Request] = [:]
    var held: [LeaseID: Held] = [:]
    var promised: Set<LeaseID> = []
    /// Metadata granted in a row while a transfer could have been.
    var run = 0
    var lastLease = 1_000_000
    let faults = FaultLog()

    init(_ configuration: PoolConfiguration, sharesSlots: Bool, seed: UInt64) {
        machine = PoolStateMachine(configuration, sharesSlots: sharesSlots)
        random = SeededGenerator(seed: seed)
    }

    var moment: PoolMoment { PoolMoment(now: now, jitter: 0.5) }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    // MARK: - What the machine does

    mutating func perform(_ action: PoolAction) {
        for reply in action.replies { record(reply) }
        for command in action.commands { record(command) }
    }

    private mutating func record(_ reply: PoolAction.Reply) {
        guard let request = requests[reply.lease] else { return faults.add("answered twice: \(reply)") }
        if case .granted(let connection) = reply.answer {
            faults.expect(stages[connection] == .open, "granted \(connection), which is not open")
            if request.waits { recordTurn(reply.lease, request) }
            held[reply.lease] = Held(
                connection: connection, priority: request.priority, direction: request.direction)
        }
        if case .nothingFree = reply.answer { faults.expect(!request.waits, "nothing free for one who waits") }
        requests[reply.lease] = nil
    }

    /// First come, first served within a line; no more than four metadata ahead of a transfer.
    private mutating func recordTurn(_ id: LeaseID, _ served: Request) {
        let isMetadata = served.priority == .metadata
        let earlier = requests.contains { other, request in
            request.waits && other < id && (request.priority == .metadata) == isMetadata
                && (isMetadata || request.direction == served.direction)
        }
        faults.expect(!earlier, "\(id) was served before an earlier one")
        let transferCouldGo =
            requests.contains { $0.value.waits && $0.value.priority != .metadata && $0.value.direction == nil }
            && longLeases < machine.longLimit - claimedLong
        run = isMetadata && transferCouldGo ? run + 1 : 0
        faults.expect(run <= WaiterQueue.metadataRun, "\(run) metadata in a row before a transfer")
    }

    var longLeases: Int { held.values.count { $0.priority.isLong && stages[$0.connection] != nil } }
    private var claimedLong: Int { requests.values.count { !$0.waits && $0.priority.isLong } }

    private mutating func record(_ command: PoolAction.Command) {
        switch command {
        case .acquireSlot(let id, _): move(id, from: nil, to: .slotAsked)
        case .connect(let id): move(id, from: .slotAsked, to: .slotHeld)
        case .close(let id): move(id, from: .open, to: .closing)
        case .forget(let id):
            faults.expect(stages[id] != nil, "\(id) was forgotten twice")
            stages[id] = nil
            checks.remove(id)
        case .keepAlive(let id):
            let mayBeChecked = stages[id] == .open && !checks.contains(id)
            faults.expect(mayBeChecked, "checks \(id), which is closed or being checked")
            checks.insert(id)
        case .abandonSlot(let id): faults.expect(stages[id] == .slotAsked, "abandons a slot that was not asked for")
        case .askBack(let leases, let enough):
            faults.expect(
                enough > 0 && leases.allSatisfy { held[$0]?.priority == .stream }, "asks for what is no stream")
            let willing = leases.filter { _ in chance(50) }.prefix(enough)
            promised.formUnion(willing)
            machine.holdersAgreed(Array(willing))
        case .limitSlots(let count): faults.expect(count.map { $0 > 0 } ?? true, "a limit of \(count ?? 0) sessions")
        case .abandonConnect, .remember, .readDemand, .finish: break
        }
    }

    private mutating func move(_ id: ConnectionID, from: Stage?, to: Stage) {
        faults.expect(stages[id] == from, "\(id) goes from \(String(describing: stages[id])) to \(to)")
        stages[id] = to
    }

    // MARK: - What must hold after every step

    mutating func checkInvariants() {
        let configuration = machine.configuration
        let streams = configuration.streamsPerConnection
        faults.expect(stages.count <= configuration.maximumConnections, "\(stages.count) sessions")
        faults.expect(machine.connections.count == stages.count, "the books on connections differ")
        let attempts = stages.values.count { $0 == .slotAsked || $0 == .slotHeld }
        faults.expect(
            attempts <= max(configuration.maximumConnecting, configuration.mostConnecting),
            "\(attempts) attempts at once")
        let waiting = requests.values.count(where: \.waits)
        faults.expect(machine.waiters.count == waiting, "\(waiting) wait, the machine knows \(machine.waiters.count)")
        faults.expect(machine.longLeases == longLeases, "the books on long leases differ")
        if !requests.values.contains(where: { $0.waits && $0.priority != .metadata && $0.direction == nil }) { run = 0 }
        for direction in TransferDirection.allCases {
            let carriers = Set(
                held.values.filter { $0.direction == direction && stages[$0.connection] == .open }.map(\.connection))
            let most = configuration.maximumCarriers(of: direction)
            faults.expect(carriers.count <= most, "\(carriers.count) connections carry a \(direction)")
        }
        for record in machine.connections {
            guard let open = record.open else { continue }
            let leases = held.values.count { $0.connection == record.id }
            faults.expect(open.leases == leases, "\(leases) leases on \(record.id), the machine knows \(open.leases)")
            faults.expect(leases <= streams, "\(leases) leases on \(record.id)")
        }
        let isIdle = machine.freeConnection([]) != nil
        faults.expect(!isIdle || machine.eligibleWaiters == 0, "somebody waits beside a free stream")
        let next = machine.nextTimer(now)
        faults.expect(next.map { $0 > now } ?? true, "a timer that is always due")
        faults.expect(waiting == 0 || next != nil, "somebody waits and no timer runs")
    }
}
