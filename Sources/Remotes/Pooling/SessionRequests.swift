import ConnectionPool
import FileModel
import Synchronization

/// Requests on whichever session is free, and when one may be made a second time.
///
/// An idle session may have died unnoticed, and its first use is how one learns of it. What may be done twice is done
/// once more on another session. What may not (removing, renaming, making) is repeated only when the server cannot have
/// done it: the session was known to be dead before anything was sent, or the server declined in so many words.
protocol SessionRequests: Sendable {
    associatedtype Connection: PooledConnection

    /// A session that is ready for a command; it was alive a moment ago.
    func session(
        _ priority: LeasePriority, _ direction: TransferDirection?
    ) async throws(StorageError) -> Lease<Connection>

    /// Runs a request where its session's waits cost least.
    func run<Result: Sendable>(
        on connection: Connection, _ body: @escaping @Sendable (Connection) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result
}

extension SessionRequests {
    func run<Result: Sendable>(
        on connection: Connection, _ body: @escaping @Sendable (Connection) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result { try await body(connection) }
}

extension SessionRequests {
    /// Runs a request that is made once.
    func withSession<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        try await trying(again: \.wasNotHeard) { connection throws(StorageError) in
            try await self.run(on: connection, body)
        }
    }

    /// Runs a request that may be made twice.
    func idempotent<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        try await trying(again: { $0.code == .connectionLost }) { connection throws(StorageError) in
            try await self.run(on: connection, body)
        }
    }

    /// Lists; once more when the session was lost before anything was delivered.
    func listing(
        _ body: @Sendable (Connection, ListingProgress) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        let progress = ListingProgress()
        try await trying(again: { $0.code == .connectionLost && !progress.hasBegun }) {
            connection throws(StorageError) in
            try await body(connection, progress)
        }
    }

    private func trying<Result: Sendable>(
        again: (StorageError) -> Bool, _ body: @Sendable (Connection) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        do throws(StorageError) {
            return try await once(body)
        } catch  where again(error) {
            return try await once(body)
        }
    }

    private func once<Result: Sendable>(
        _ body: @Sendable (Connection) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        let lease = try await session(.metadata, nil)
        do throws(StorageError) {
            let result = try await body(lease.connection)
            lease.release()
            return result
        } catch {
            lease.end(error)
            throw error
        }
    }
}

/// Whether the caller has seen any part of a listing.
final class ListingProgress: Sendable {
    private let state = Mutex(false)
    var hasBegun: Bool { state.withLock { $0 } }
    func began() { state.withLock { $0 = true } }
}

extension StorageError {
    /// The server answered 421 in place of doing what it was asked for (RFC 959 section 4.2: "this may be a reply to any
    /// command if the service knows it must shut down").
    fileprivate var wasNotHeard: Bool { code == .connectionLost && serverReply?.hasPrefix("421") ?? false }
}
