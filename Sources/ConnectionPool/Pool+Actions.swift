import FileModel
import Synchronization

extension Pool {
    /// The one door to the machine: an event goes in under the lock, what it leads to is done.
    ///
    /// - Parameter note: what is noted under the same lock, before the event. Threads that make thousands of requests queue up
    ///   for it, so nothing takes it twice.
    func change(
        noting note: (inout PoolState<Connection>) -> Void = { _ in },
        _ event: (inout PoolStateMachine, PoolMoment) -> PoolAction
    ) {
        let moment = PoolMoment(now: time.now(), jitter: time.jitter())
        let errands = state.withLock { state in
            note(&state)
            let action = event(&state.machine, moment)
            var errands = action.replies.compactMap { prepare($0, &state) }
            for command in action.commands { start(command, &state, &errands) }
            setTimer(moment.now, &state)
            return errands
        }
        for errand in errands { run(errand) }
    }

    private func prepare(
        _ reply: PoolAction.Reply, _ state: inout PoolState<Connection>
    ) -> PoolErrand<Connection>? {
        guard let waiter = state.waiters.removeValue(forKey: reply.lease) else { return nil }
        switch reply.answer {
        case .granted(let id):
            let lease = lease(reply.lease, of: connection(id, state), id, waiter.priority, &state)
            return .hand(waiter.continuation, lease)
        case .failed(let error): return .answer(waiter.continuation, error)
        case .nothingFree: return .answer(waiter.continuation, nil)
        }
    }

    /// Starts what runs by itself; leaves to errands what must not run under the lock.
    private func start(
        _ command: PoolAction.Command, _ state: inout PoolState<Connection>, _ errands: inout [PoolErrand<Connection>]
    ) {
        switch command {
        case .acquireSlot(let id, let waiting): state.attempts[id] = Task { await self.acquireSlot(id, waiting) }
        case .connect(let id): state.attempts[id] = Task { await self.open(id) }
        case .abandonSlot(let id), .abandonConnect(let id): state.attempts[id]?.cancel()
        case .keepAlive(let id): startCheck(id, state)
        case .close(let id):
            guard let connection = state.connections[id] else { return }
            let isLast = state.machine.isShutDown
            Task { await connection.close(awaitsAnswer: !isLast || isSharedNow) }
        case .forget(let id):
            state.attempts[id] = nil
            errands.append(.letGo(state.connections.removeValue(forKey: id), state.slots.removeValue(forKey: id)))
        case .askBack(let leases, let enough): errands.append(.ask(leases, enough: enough))
        case .limitSlots(let count): errands.append(.limitSlots(count))
        case .remember(let event): remember(event, &state)
        case .readDemand: errands.append(.readDemand)
        case .finish:
            state.timer?.task.cancel()
            state.timer = nil
            errands += state.finishing.map { .finished($0) }
            state.finishing = []
        }
    }

    private func run(_ errand: PoolErrand<Connection>) {
        switch errand {
        case .answer(let continuation, let error?): continuation.resume(returning: .failure(error))
        case .answer(let continuation, nil): continuation.resume(returning: .success(nil))
        case .hand(let continuation, let lease): continuation.resume(returning: .success(lease))
        case .letGo(_, let slot): slot?.release()
        case .ask(let leases, let enough): askBack(leases, enough: enough)
        case .limitSlots(let count): slots.limit(to: count)
        case .readDemand:
            let demand = slots.demand
            change { machine, moment in machine.slotsDemanded(demand, moment) }
        case .finished(let continuation): continuation.resume()
        }
    }

    /// Whether others hold sessions of the same account, or wait for one.
    private var isSharedNow: Bool { slots.heldByOthers > 0 || slots.demand.wanted > 0 }

    // MARK: - Tasks

    /// One event at a time, in their order, and none lost between the last lease and the end of the program.
    private func remember(_ event: ServerEvent, _ state: inout PoolState<Connection>) {
        guard let record else { return }
        let earlier = state.remembering
        state.remembering = Task {
            await earlier?.value
            await record.remember(event)
        }
    }

    /// What the record knows may forbid the attempt.
    private func recall() async -> Bool {
        guard let record else { return true }
        await state.withLock { $0.remembering }?.value
        let known = await record.recall()
        change { machine, moment in machine.recalled(known, moment) }
        return state.withLock { $0.machine.backOff.allowsAttempt(time.now()) }
    }

    private func acquireSlot(_ id: ConnectionID, _ waiting: Bool) async {
        guard await recall() else { return change { machine, moment in machine.slotDenied(id, nil, moment) } }
        do throws(StorageError) {
            guard let slot = try await waiting ? slots.acquire() : slots.acquireIfFree() else {
                return change { machine, moment in machine.slotDenied(id, nil, moment) }
            }
            state.withLock { $0.slots[id] = slot }
            change { machine, moment in machine.slotGranted(id, moment) }
        } catch {
            change { machine, moment in machine.slotDenied(id, error, moment) }
        }
    }

    private func open(_ id: ConnectionID) async {
        do throws(StorageError) {
            let connection = try await connect()
            state.withLock { state in
                state.connections[id] = connection
                state.attempts[id] = nil
            }
            let others = slots.heldByOthers
            let isDear = await connection.hasDearLogin
            change { machine, moment in
                machine.connectionEstablished(
                    id, streams: connection.streamCapacity, isDear: isDear, heldByOthers: others, moment)
            }
            connection.onClose { [weak self] error in
                self?.change { machine, moment in machine.connectionClosed(id, error, moment) }
            }
        } catch {
            let others = slots.heldByOthers
            change { machine, moment in machine.connectFailed(id, error, heldByOthers: others, moment) }
        }
    }

    private func startCheck(_ id: ConnectionID, _ state: borrowing PoolState<Connection>) {
        guard let connection = state.connections[id] else { return }
        Task {
            var failure: StorageError?
            do throws(StorageError) { try await connection.keepAlive() } catch { failure = error }
            let result = failure
            change { machine, moment in machine.keepAliveDone(id, result, moment) }
        }
    }

    /// One timer, for the earliest duty. One that fires too early does no harm, so a later duty does not move it.
    func setTimer(_ now: PoolInstant, _ state: inout PoolState<Connection>) {
        guard let next = state.machine.nextTimer(now) else { return }
        if let timer = state.timer {
            guard next < timer.at else { return }
            timer.task.cancel()
        }
        let sleep = time.sleep
        let task = Task { [weak self] in
            guard (try? await sleep(next)) != nil else { return }
            self?.timerFired(next)
        }
        state.timer = (next, task)
    }

    private func timerFired(_ at: PoolInstant) {
        let isCurrent = state.withLock { state in
            guard state.timer?.at == at else { return false }
            state.timer = nil
            return true
        }
        if isCurrent { change { machine, moment in machine.timerTriggered(moment) } }
    }
}
