public import ConnectionPool
public import FileModel
import Glibc
import Synchronization

/// The cap on the sessions to one server, held by all programs of this user on this machine together.
///
/// Each session holds an flock(2) on one of `count` slot files; the kernel lets go when a process dies, however it
/// dies. Who holds or waits also keeps a member file locked, in which the others read how much it has and wants
/// (`SlotFairness`). A program that is given a smaller `count` uses only the first slots and so keeps to its own limit;
/// it cannot keep others to it.
///
/// Waiting is polling every 10 to 40 ms. A process that forks to the background must do so before it takes a slot: the
/// child would share the locks.
public final class SlotFiles: ConnectionSlots {
    private struct Waiter {
        let id: UInt64
        /// On the clock that all processes share, in nanoseconds.
        let since: UInt64
        let continuation: CheckedContinuation<Result<ConnectionSlot, StorageError>, Never>
    }

    private struct State {
        var directory: SlotDirectory
        var member: SlotMember?
        /// As many as all programs may hold together at this moment.
        var allowed: Int
        var held: [Int: LockedFile] = [:]
        var waiters: [Waiter] = []
        var lastWaiter: UInt64 = 0
        var isPolling = false
        var demand = (readAt: UInt64(0), value: SlotDemand.none)
    }

    private let count: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - identity: the server and account, the same in every program: `sftp://user@host:22`.
    ///   - count: sessions at most.
    ///   - directory: where the slots of all servers are; made when missing, for its owner only.
    public init(
        identity: String, count: Int, directory: String
    ) throws(StorageError) {
        self.count = max(1, count)
        state = Mutex(State(directory: try SlotDirectory(directory, identity: identity), allowed: max(1, count)))
    }

    // MARK: - ConnectionSlots

    public func acquire() async throws(StorageError) -> ConnectionSlot {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(id: id, since: SlotDirectory.now, continuation: continuation)
                state.withLock { $0.waiters.append(waiter) }
                serve()
                if Task.isCancelled { cancel(id) }
                startPolling()
            }
        } onCancel: {
            cancel(id)
        }
        return try result.get()
    }

    public func acquireIfFree() async throws(StorageError) -> ConnectionSlot? {
        let taken: Result<Taken?, StorageError> = state.withLock { state in
            guard state.waiters.isEmpty else { return .success(nil) }
            return Self.catching { () throws(StorageError) in
                let taken = try take(&state, since: SlotDirectory.now)
                try publish(&state)
                return taken
            }
        }
        guard let taken = try taken.get() else { return nil }
        if taken.isOrphan { try? await Task.sleep(for: Self.grace) }
        return slot(taken.index)
    }

    /// Read from the files at most every 50 ms.
    public var demand: SlotDemand {
        state.withLock { state in
            let now = SlotDirectory.now
            guard now - min(now, state.demand.readAt) > 50_000_000 else { return state.demand.value }
            let fairness = (try? fairness(state, since: now))?.demand ?? .none
            state.demand = (now, fairness)
            return fairness
        }
    }

    public var heldByOthers: Int {
        state.withLock { (try? fairness($0, since: SlotDirectory.now))?.heldByOthers ?? 0 }
    }

    public func limit(to count: Int?) {
        state.withLock { $0.allowed = min(self.count, max(1, count ?? self.count)) }
        serve()
    }

    // MARK: - Waiting

    private func cancel(_ id: UInt64) {
        let waiter = state.withLock { state in
            let waiter = state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
            if waiter != nil { try? publish(&state) }
            return waiter
        }
        waiter?.continuation.resume(returning: .failure(.cancelled))
    }

    private func startPolling() {
        let starts = state.withLock { state in
            guard !state.isPolling, !state.waiters.isEmpty else { return false }
            state.isPolling = true
            return true
        }
        guard starts else { return }
        Task {
            while continuesPolling() {
                try? await Task.sleep(for: .milliseconds(Int.random(in: 10...40)))
                serve()
            }
        }
    }

    private func continuesPolling() -> Bool {
        state.withLock { state in
            state.isPolling = !state.waiters.isEmpty
            return state.isPolling
        }
    }

    /// Gives waiters what is free and theirs.
    private func serve() {
        let served = state.withLock { state in
            var served: [(Waiter, Result<Taken, StorageError>)] = []
            do throws(StorageError) {
                try publish(&state)
                while let waiter = state.waiters.first, let taken = try take(&state, since: waiter.since) {
                    state.waiters.removeFirst()
                    served.append((waiter, .success(taken)))
                }
                try publish(&state)
            } catch {
                served += state.waiters.map { ($0, .failure(error)) }
                state.waiters = []
            }
            return served
        }
        for (waiter, result) in served { hand(result, to: waiter) }
    }

    private func hand(_ result: Result<Taken, StorageError>, to waiter: Waiter) {
        let slot = result.map { self.slot($0.index) }
        guard case .success(let taken) = result, taken.isOrphan else {
            return waiter.continuation.resume(returning: slot)
        }
        Task {
            try? await Task.sleep(for: Self.grace)
            waiter.continuation.resume(returning: slot)
        }
    }

    /// How long the slot of a dead program rests, so that the server has noticed the end of its session.
    private static let grace = Duration.milliseconds(200)

    private typealias Taken = (index: Int, isOrphan: Bool)

    // MARK: - Taking and letting go

    /// Locks a slot if enough are free for those before us and for us.
    private func take(_ state: inout State, since: UInt64) throws(StorageError) -> Taken? {
        guard state.held.count < state.allowed else { return nil }
        let fairness = try fairness(state, since: since)
        let ahead = fairness.ahead
        // What others hold above a limit that only we know counts as well.
        guard state.allowed == count || fairness.free > ahead else { return nil }
        var found: [(index: Int, slot: (file: LockedFile, isOrphan: Bool))] = []
        for index in 0..<state.allowed where state.held[index] == nil && found.count <= ahead {
            if let slot = try state.directory.lockSlot(index) { found.append((index, slot)) }
        }
        // Those that are only counted go back as they were.
        for other in found.dropFirst(found.count > ahead ? 1 : 0) where !other.slot.isOrphan {
            other.slot.file.write(Self.free)
        }
        guard found.count > ahead, let first = found.first else { return nil }
        state.held[first.index] = first.slot.file
        return (first.index, first.slot.isOrphan)
    }

    private static let free = "free          \n"

    private func slot(_ index: Int) -> ConnectionSlot {
        ConnectionSlot {
            self.state.withLock { state in
                state.held[index]?.write(Self.free)
                state.held[index] = nil
                try? self.publish(&state)
            }
            self.serve()
        }
    }

    private func fairness(_ state: borrowing State, since: UInt64) throws(StorageError) -> SlotFairness {
        let mine = SlotFairness.Member(holding: state.held.count, waiting: state.waiters.count, since: since)
        let others = try state.directory.members(except: state.member?.name)
        return SlotFairness(count: state.allowed, mine: mine, others: others)
    }

    /// Tells the others what we have and want, for as long as it is anything.
    private func publish(_ state: inout State) throws(StorageError) {
        try state.directory.reopenIfRemoved()
        guard !state.held.isEmpty || !state.waiters.isEmpty else {
            state.member?.leave(state.directory)
            state.member = nil
            return
        }
        if state.member == nil { state.member = try state.directory.join() }
        let since = state.waiters.first?.since ?? 0
        state.member?.publish(.init(holding: state.held.count, waiting: state.waiters.count, since: since))
    }

    private static func catching<Value>(
        _ body: () throws(StorageError) -> Value
    ) -> Result<Value, StorageError> {
        do throws(StorageError) { return .success(try body()) } catch { return .failure(error) }
    }
}
