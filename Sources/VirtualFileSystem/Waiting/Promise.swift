import FileModel
import Synchronization

/// A result that arrives once; any number of tasks may wait for it.
///
/// A waiter whose task is cancelled leaves at once with `.cancelled`; the others go on waiting.
final class Promise<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, StorageError>

    private struct State {
        var outcome: Outcome?
        var waiters: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    init() {}

    /// The result, if it is there already.
    var outcome: Outcome? { state.withLock { $0.outcome } }

    /// Only the first result counts.
    func fulfil(_ outcome: Outcome) {
        let waiters = state.withLock { state -> [CheckedContinuation<Outcome, Never>] in
            guard state.outcome == nil else { return [] }
            state.outcome = outcome
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }

    /// Fulfils the promise with what `body` returns or throws.
    func fulfil(by body: () async throws(StorageError) -> Value) async {
        do throws(StorageError) {
            fulfil(.success(try await body()))
        } catch {
            fulfil(.failure(error))
        }
    }

    func value() async throws(StorageError) -> Value {
        if let outcome { return try outcome.get() }
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let known = enlist(continuation, as: id) { continuation.resume(returning: known) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.resume(returning: .failure(.cancelled))
        }
        return try outcome.get()
    }

    /// Adds a waiter; or returns what it needs not wait for.
    private func enlist(_ continuation: CheckedContinuation<Outcome, Never>, as id: UInt64) -> Outcome? {
        state.withLock { state in
            if let outcome = state.outcome { return outcome }
            if Task.isCancelled { return .failure(.cancelled) }
            state.waiters[id] = continuation
            return nil
        }
    }
}
