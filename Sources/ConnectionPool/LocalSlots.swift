public import FileModel
import Synchronization

/// A cap shared by the pools of one process: each pool has its own value, made by `sharing()` from the first one.
public final class LocalSlots: ConnectionSlots {
    private let hub: SlotHub
    private let member: Int

    public init(count: Int) {
        hub = SlotHub(count: max(1, count))
        member = hub.join()
    }

    private init(_ hub: SlotHub) {
        self.hub = hub
        member = hub.join()
    }

    /// Another holder of the same slots.
    public func sharing() -> LocalSlots { LocalSlots(hub) }

    public func acquire() async throws(StorageError) -> ConnectionSlot {
        guard let slot = await hub.acquire(member) else { throw .cancelled }
        return slot
    }

    public func acquireIfFree() async throws(StorageError) -> ConnectionSlot? { hub.acquireIfFree(member) }

    public var demand: SlotDemand { hub.demand(on: member) }
    public var heldByOthers: Int { hub.held(except: member) }
    public func limit(to count: Int?) { hub.limit(to: count) }
}

/// The slots themselves, and who holds and waits for them.
private final class SlotHub: Sendable {
    private struct Waiter {
        let id: UInt64
        let member: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        /// As many as may be held together at this moment.
        var allowed: Int
        var holding: [Int] = []
        var waiters: [Waiter] = []
        var lastWaiter: UInt64 = 0

        var hasFree: Bool { holding.reduce(0, +) < allowed }
    }

    private let count: Int
    private let state: Mutex<State>

    init(count: Int) {
        self.count = count
        state = Mutex(State(allowed: count))
    }

    func join() -> Int {
        state.withLock { state in
            state.holding.append(0)
            return state.holding.count - 1
        }
    }

    func acquireIfFree(_ member: Int) -> ConnectionSlot? {
        let isTaken = state.withLock { state in
            guard state.waiters.isEmpty, state.hasFree else { return false }
            state.holding[member] += 1
            return true
        }
        return isTaken ? slot(of: member) : nil
    }

    /// - Returns: nil when the task was cancelled.
    func acquire(_ member: Int) async -> ConnectionSlot? {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let isGranted = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waiters.append(Waiter(id: id, member: member, continuation: continuation)) }
                handOut()
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
        return isGranted ? slot(of: member) : nil
    }

    private func cancel(_ id: UInt64) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: false)
    }

    private func slot(of member: Int) -> ConnectionSlot {
        ConnectionSlot {
            self.state.withLock { $0.holding[member] -= 1 }
            self.handOut()
        }
    }

    /// Free slots go to whoever holds the fewest, the longest wait first among equals.
    private func handOut() {
        let served = state.withLock { state in
            var served: [Waiter] = []
            while state.hasFree, let next = nextWaiter(state) {
                let waiter = state.waiters.remove(at: next)
                state.holding[waiter.member] += 1
                served.append(waiter)
            }
            return served
        }
        for waiter in served { waiter.continuation.resume(returning: true) }
    }

    private func nextWaiter(_ state: State) -> Int? {
        state.waiters.indices.min { left, right in
            let (first, second) = (state.waiters[left], state.waiters[right])
            return (state.holding[first.member], first.id) < (state.holding[second.member], second.id)
        }
    }

    func held(except member: Int) -> Int {
        state.withLock { $0.holding.reduce(0, +) - $0.holding[member] }
    }

    func limit(to count: Int?) {
        state.withLock { $0.allowed = min(self.count, max(1, count ?? self.count)) }
        handOut()
    }

    func demand(on member: Int) -> SlotDemand {
        state.withLock { state in
            let members = state.holding.indices.map { index in
                let waits = state.waiters.filter { $0.member == index }
                return SlotFairness.Member(
                    holding: state.holding[index], waiting: waits.count, since: waits.first?.id ?? 0)
            }
            let others = members.indices.filter { $0 != member }.map { members[$0] }
            return SlotFairness(count: state.allowed, mine: members[member], others: others).demand
        }
    }
}
