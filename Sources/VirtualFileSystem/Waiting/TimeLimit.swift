import FileModel
import RemoteFileSystem
import Synchronization

/// The backstop behind each remote call: whatever the remote does, its caller goes on after the limit.
struct TimeLimit: Sendable {
    let duration: Duration
    /// Nil for a call that stands for itself.
    var health: ServerHealth?

    /// Bytes under way on a slow line move without a word of the server. Silence is the connection's to notice, which
    /// sees them move; this is only the backstop behind it.
    var forWrites: TimeLimit { TimeLimit(duration: max(.seconds(600), duration * 4), health: health) }

    /// A call that waits for others on a server that answers them is given so much in all.
    private static let longestWait: Duration = .seconds(60)

    /// Runs `body` and waits at most `duration` for a sign of life: of this call, or of the server to anybody.
    ///
    /// Fails at once while the server is known to be away. The body is cancelled when the limit passes or the caller
    /// is cancelled; the caller does not wait for it to notice. It waits for what the body does before its first `await`.
    /// - Throws: what `body` throws, `.timedOut`, `.cancelled`.
    func run<Value: Sendable>(
        _ action: String, _ path: RemotePath,
        _ body: @escaping @Sendable (Progress) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        if let refusal = health?.refusal { throw refusal }
        let start = ContinuousClock.now
        let progress = Progress(health: health, longest: Self.longestWait + duration)
        let promise = Promise<Value>()
        let work = startHere {
            await RemoteActivity.watched(by: { progress.made() }) {
                await promise.fulfil { () async throws(StorageError) in try await body(progress) }
            }
        }
        let alarm = Alarms.shared.begin(at: { progress.deadline(duration) }) {
            promise.fulfil(.failure(expiry(action, path)))
            work.cancel()
        }
        defer { Alarms.shared.end(alarm) }
        do throws(StorageError) {
            let value = try await promise.value()
            health?.answered()
            return value
        } catch {
            work.cancel()
            health?.noteFailure(error, started: start)
            throw error
        }
    }

    private func expiry(_ action: String, _ path: RemotePath) -> StorageError {
        StorageError(.timedOut, "\(action) \(path) got no answer within \(duration.components.seconds) s")
    }

    /// When a call was last seen moving.
    final class Progress: Sendable {
        private let last = Mutex(ContinuousClock.now)
        private let health: ServerHealth?
        private let end: ContinuousClock.Instant

        init(health: ServerHealth?, longest: Duration) {
            self.health = health
            end = .now + longest
        }

        func made() { last.withLock { $0 = .now } }

        /// When nothing will have moved for `limit`. Whoever moves by itself is not bounded by the time that one may wait
        /// for others.
        func deadline(_ limit: Duration) -> ContinuousClock.Instant {
            let own = last.withLock { $0 } + limit
            guard let sign = health?.lastSign else { return own }
            return max(own, min(end, sign + limit))
        }
    }
}
