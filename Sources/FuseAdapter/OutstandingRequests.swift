import Synchronization

/// The requests that are being worked on: to cancel them, and to wait until each was answered.
final class OutstandingRequests: Sendable {
    private struct State {
        var calls: [UInt64: InterruptibleCall] = [:]
        var last: UInt64 = 0
        var idle: [Signal] = []
    }

    private let state = Mutex(State())

    func begin(_ call: InterruptibleCall) -> UInt64 {
        state.withLock { state in
            state.last += 1
            state.calls[state.last] = call
            return state.last
        }
    }

    /// - Returns: how many are being worked on, where `id` is one of them; 0 where it was answered.
    func count(with id: UInt64) -> Int {
        state.withLock { $0.calls[id] == nil ? 0 : $0.calls.count }
    }

    func end(_ id: UInt64) {
        let waiters = state.withLock { state -> [Signal] in
            state.calls[id] = nil
            guard state.calls.isEmpty else { return [] }
            defer { state.idle = [] }
            return state.idle
        }
        for waiter in waiters { waiter.fire() }
    }

    func interruptAll() {
        for call in state.withLock({ Array($0.calls.values) }) { call.interrupt() }
    }

    /// - Returns: false when some were still unanswered after `limit`.
    func waitUntilIdle(within limit: Duration) async -> Bool {
        let idle = Signal()
        let isIdle = state.withLock { state in
            if state.calls.isEmpty { return true }
            state.idle.append(idle)
            return false
        }
        if isIdle { return true }
        return await idle.wait(within: limit)
    }
}
