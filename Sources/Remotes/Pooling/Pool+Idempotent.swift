import ConnectionPool
import FileModel

extension Pool {
    /// Runs a request that may be made twice: one more time, on another connection, when the first one was lost.
    ///
    /// An idle connection may have died unnoticed; its first use is how one learns of it.
    func idempotent<Result: Sendable>(
        _ priority: LeasePriority = .metadata,
        _ body: @Sendable (Connection) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        do throws(StorageError) {
            return try await withConnection(priority, body)
        } catch  where error.code == .connectionLost {
            return try await withConnection(priority, body)
        }
    }
}

extension Lease {
    /// Releases after success or a path's error; discards when the error leaves the connection unusable.
    func end(_ error: StorageError?) {
        switch error?.code {
        case .connectionLost, .timedOut, .protocolViolation: discard(error ?? .cancelled)
        default: release()
        }
    }
}
