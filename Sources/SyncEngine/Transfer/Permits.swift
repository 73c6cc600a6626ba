import Synchronization

/// A counting semaphore for tasks; who waits longest is served first.
final class Permits: Sendable {
    private struct State {
        var free: Int
        var waiters: [CheckedContinuation<Void, Never>] = []
        var front = 0
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    func acquire() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiters.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func release() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.front < state.waiters.count else {
                state.free += 1
                return nil
            }
            defer {
                state.front += 1
                if state.front == state.waiters.count {
                    state.waiters.removeAll(keepingCapacity: true)
                    state.front = 0
                }
            }
            return state.waiters[state.front]
        }
        next?.resume()
    }
}
