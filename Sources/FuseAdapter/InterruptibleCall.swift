import Synchronization

/// The task that works on a request, so that an interrupt of the calling process can cancel it.
final class InterruptibleCall: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var isInterrupted = false
    }

    private let state = Mutex(State())

    func attach(_ task: Task<Void, Never>) {
        let isInterrupted = state.withLock { state in
            state.task = task
            return state.isInterrupted
        }
        if isInterrupted { task.cancel() }
    }

    func interrupt() {
        let task = state.withLock { state in
            state.isInterrupted = true
            return state.task
        }
        task?.cancel()
    }
}
