import DequeModule
import FileModel
import Synchronization

/// Lets one task through at a time, in the order they came; a cancelled waiter leaves the queue.
///
/// Unlike a lock it may be held over an `await`.
final class SerialGate: Sendable {
    private struct State {
        var isHeld = false
        var waiters: Deque<Promise<Void>> = []
    }

    private let state = Mutex(State())

    func enter() async throws(StorageError) {
        let turn = state.withLock { state -> Promise<Void>? in
            guard state.isHeld else {
                state.isHeld = true
                return nil
            }
            let turn = Promise<Void>()
            state.waiters.append(turn)
            return turn
        }
        guard let turn else { return }
        do throws(StorageError) {
            try await turn.value()
        } catch {
            abandon(turn)
            throw error
        }
    }

    func leave() {
        let next = state.withLock { state -> Promise<Void>? in
            if state.waiters.isEmpty { state.isHeld = false }
            return state.waiters.popFirst()
        }
        next?.fulfil(.success(()))
    }

    /// Gives up a place in the queue, or the turn itself if it came at the same moment.
    private func abandon(_ turn: Promise<Void>) {
        let wasWaiting = state.withLock { state -> Bool in
            guard let index = state.waiters.firstIndex(where: { $0 === turn }) else { return false }
            state.waiters.remove(at: index)
            return true
        }
        if !wasWaiting { leave() }
    }
}
