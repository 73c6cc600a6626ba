import Synchronization

/// An event that happens once; any number of tasks may wait for it, before and after.
final class Signal: Sendable {
    private struct State {
        var isFired = false
        var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var last: UInt64 = 0
    }

    private let state = Mutex(State())

    func fire() {
        let waiters = state.withLock { state in
            state.isFired = true
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: true) }
    }

    func wait() async {
        _ = await withCheckedContinuation { enlist($0) }
    }

    /// - Returns: false when `limit` passed first.
    func wait(within limit: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            guard let id = enlist(continuation) else { return }
            Task { [self] in
                try? await Task.sleep(for: limit)
                state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: false)
            }
        }
    }

    @discardableResult
    private func enlist(_ continuation: CheckedContinuation<Bool, Never>) -> UInt64? {
        let id = state.withLock { state -> UInt64? in
            if state.isFired { return nil }
            state.last += 1
            state.waiters[state.last] = continuation
            return state.last
        }
        if id == nil { continuation.resume(returning: true) }
        return id
    }
}
