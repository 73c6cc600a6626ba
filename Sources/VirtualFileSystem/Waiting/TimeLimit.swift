import FileModel
import Synchronization

/// The backstop behind each remote call: whatever the remote does, its caller goes on after the limit.
struct TimeLimit: Sendable {
    let duration: Duration

    /// Runs `body` and waits at most `duration` since the last `Progress.made()`.
    ///
    /// The body is cancelled when the limit passes or the caller is cancelled; the caller does not wait for it to
    /// notice.
    /// - Throws: what `body` throws, `.timedOut`, `.cancelled`.
    func run<Value: Sendable>(
        _ action: String, _ path: RemotePath,
        _ body: @escaping @Sendable (Progress) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let progress = Progress()
        let promise = Promise<Value>()
        let work = Task { await promise.fulfil { () async throws(StorageError) in try await body(progress) } }
        let timer = Task {
            await progress.waitUntilStalled(for: duration)
            guard !Task.isCancelled else { return }
            promise.fulfil(.failure(expiry(action, path)))
            work.cancel()
        }
        defer { timer.cancel() }
        do throws(StorageError) {
            return try await promise.value()
        } catch {
            work.cancel()
            throw error
        }
    }

    private func expiry(_ action: String, _ path: RemotePath) -> StorageError {
        StorageError(.timedOut, "\(action) \(path) got no answer within \(duration.components.seconds) s")
    }

    /// When a call was last seen moving.
    final class Progress: Sendable {
        private let last = Mutex(ContinuousClock.now)

        func made() { last.withLock { $0 = .now } }

        /// Returns when nothing moved for `limit`, or when the task is cancelled.
        func waitUntilStalled(for limit: Duration) async {
            while !Task.isCancelled {
                let deadline = last.withLock { $0 } + limit
                if deadline <= .now { return }
                try? await Task.sleep(until: deadline, clock: .continuous)
            }
        }
    }
}
