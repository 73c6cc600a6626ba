public import FileModel
import NIOCore
import Synchronization

extension FTPConnection {
    /// Runs several steps without leaving the session's event loop in between; for calls that move no task-local value.
    ///
    /// They have a task of their own, which prefers the event loop; see `LoopExecutor`.
    public nonisolated func perform<Value: Sendable>(
        _ steps: @escaping @Sendable (isolated FTPConnection) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let running = RunningTask()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute {
                    self.assumeIsolated { connection in
                        running.began(
                            Task(executorPreference: self.executor) {
                                continuation.resume(returning: await connection.outcome(of: steps))
                            })
                    }
                }
            }
        } onCancel: {
            running.cancel()
        }
        return try outcome.get()
    }

    private func outcome<Value: Sendable>(
        of steps: @Sendable (isolated FTPConnection) async throws(StorageError) -> Value
    ) async -> Result<Value, StorageError> {
        do throws(StorageError) {
            return .success(try await steps(self))
        } catch {
            return .failure(error)
        }
    }
}

/// A task that may be cancelled before it has begun.
private final class RunningTask: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func began(_ task: Task<Void, Never>) {
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }
}
