import FileModel
import Synchronization

@testable import ConnectionPool

/// A connection that does nothing but end.
final class FakeConnection: PooledConnection {
    private struct State {
        var observer: (@Sendable (StorageError?) -> Void)?
        var end: StorageError??
        var checks = 0
        var checkFailure: StorageError?
    }

    let number: Int
    private let state = Mutex(State())

    init(_ number: Int) { self.number = number }

    func onClose(_ body: @escaping @Sendable (StorageError?) -> Void) {
        let end = state.withLock { state in
            if state.end == nil { state.observer = body }
            return state.end
        }
        if let end { body(end) }
    }

    func keepAlive() async throws(StorageError) {
        let failure = state.withLock { state in
            state.checks += 1
            return state.checkFailure
        }
        if let failure { throw failure }
    }

    func close(awaitsAnswer: Bool) async { end(nil) }

    /// Ends the connection from outside.
    func end(_ error: StorageError?) {
        let observer = state.withLock { state in
            guard state.end == nil else { return nil as (@Sendable (StorageError?) -> Void)? }
            state.end = .some(error)
            defer { state.observer = nil }
            return state.observer
        }
        observer?(error)
    }

    func failChecks(_ error: StorageError) { state.withLock { $0.checkFailure = error } }
    var checks: Int { state.withLock { $0.checks } }
    var isEnded: Bool { state.withLock { $0.end != nil } }
}

/// A server that counts its sessions.
final class FakeServer: Sendable {
    private struct State {
        var connections: [FakeConnection] = []
        var peak = 0
        var failure: StorageError?
        var limit = Int.max
        var refused = 0
        var attempts = 0
    }

    private let state = Mutex(State())

    func connect() async throws(StorageError) -> FakeConnection {
        await Task.yield()
        let result: Result<FakeConnection, StorageError> = state.withLock { state in
            state.attempts += 1
            if let failure = state.failure { return .failure(failure) }
            guard state.connections.count(where: { !$0.isEnded }) < state.limit else {
                state.refused += 1
                return .failure(StorageError(.tooManyConnections, "421 too many", serverReply: "421 too many"))
            }
            let connection = FakeConnection(state.connections.count)
            state.connections.append(connection)
            state.peak = max(state.peak, state.connections.count { !$0.isEnded })
            return .success(connection)
        }
        return try result.get()
    }

    func fail(_ error: StorageError?) { state.withLock { $0.failure = error } }
    /// More sessions are refused.
    func limit(to count: Int) { state.withLock { $0.limit = count } }
    var refused: Int { state.withLock { $0.refused } }
    var attempts: Int { state.withLock { $0.attempts } }
    var connections: [FakeConnection] { state.withLock { $0.connections } }
    var open: Int { connections.count { !$0.isEnded } }
    var peak: Int { state.withLock { $0.peak } }
}

/// A clock that moves when told; sleepers wake when it passes them.
final class ManualTime: Sendable {
    private struct Sleeper {
        let at: PoolInstant
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var now = PoolInstant.now
        var sleepers: [Int: Sleeper] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    var time: PoolTime {
        PoolTime(
            now: { self.now },
            sleep: { at in if await !self.sleep(until: at) { throw CancellationError() } },
            jitter: { 0 })
    }

    var now: PoolInstant { state.withLock { $0.now } }

    func advance(_ duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let now = state.now
            let due = state.sleepers.filter { $0.value.at <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume(returning: true) }
    }

    private func sleep(until at: PoolInstant) async -> Bool {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if at > state.now { state.sleepers[id] = Sleeper(at: at, continuation: continuation) }
                    return at <= state.now
                }
                if isDue { continuation.resume(returning: true) }
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Int) {
        let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
        sleeper?.continuation.resume(returning: false)
    }
}

/// Waits until `condition` holds. The time limit of the test ends what never comes.
func eventually(_ condition: () -> Bool) async throws {
    while !condition() {
        try Task.checkCancellation()
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    @discardableResult
    func change(_ body: @Sendable (inout Value) -> Void) -> Value {
        state.withLock { value in
            body(&value)
            return value
        }
    }
}
