public import ConnectionPool
public import FTP
public import FileModel
public import SFTP
import Synchronization

/// The parts of a probe that talk to the server.
public enum ServerProber {
    /// What an error met while connecting, or while listing, says about an attempt.
    ///
    /// - Parameter isLoggedIn: whether the login was over.
    public static func outcome(of error: StorageError, isLoggedIn: Bool) -> ProbeOutcome {
        let words = "\(error)"
        switch error.code {
        case .loginFailed:
            // Nothing was offered to the server, so nothing was refused.
            return words.contains("nothing is configured") ? .failed(words) : .loginRefused(words)
        case .unreachable where error.serverReply == nil: return .unreachable(words)
        case .timedOut where !isLoggedIn && error.message.contains("did not answer within"): return .unreachable(words)
        case .protocolViolation, .tlsFailed, .timedOut, .connectionLost, .hostKeyRejected, .unreachable:
            return isLoggedIn ? .noData(words) : .notSpoken(words)
        case .dataConnectionFailed: return .noData(words)
        // PORT over IPv6, active mode through a proxy.
        case .configuration where isLoggedIn: return .noData(words)
        default: return .failed(words)
        }
    }

    /// Measures in a scratch folder below `folder`, which is gone afterwards.
    ///
    /// - Parameter id: makes its name unique, letters and digits only.
    public static func measure(
        _ connection: FTPConnection, in folder: RemoteFolder, id: String
    ) async throws(StorageError) -> MeasuredServer {
        let scratch = folder.onServer(try scratchName(id), loginFolder: await connection.facts.loginDirectory)
        return try await ServerMeasurement(session: FTPProbedSession(connection: connection), folder: scratch).run()
    }

    public static func measure(
        _ connection: SFTPConnection, in folder: RemoteFolder, id: String
    ) async throws(StorageError) -> MeasuredServer {
        let session = SFTPProbedSession(connection: connection, root: folder)
        return try await ServerMeasurement(session: session, folder: try scratchName(id)).run()
    }

    private static func scratchName(_ id: String) throws(StorageError) -> RemotePath {
        try RemotePath(".syncctl-probe.\(id).part")
    }

    /// Whether directory listings come through this session's data connections.
    ///
    /// - Parameters:
    ///   - folder: as the definition names it.
    ///   - data: how they are asked for from now on; nil: as before.
    public static func list(
        _ connection: FTPConnection, _ folder: RemoteFolder, by data: ProbeAttempt.DataCommand? = nil
    ) async throws(StorageError) {
        if let mode = data.flatMap({ DataConnectionMode(rawValue: $0.rawValue) }) {
            try await connection.useDataConnections(mode)
        }
        let path = folder.onServer(.root, loginFolder: await connection.facts.loginDirectory)
        try await connection.list(path) { _ async throws(StorageError) in }
    }

    /// Opens sessions one by one, holds them, and closes them all.
    ///
    /// - Parameters:
    ///   - most: no more than these.
    ///   - open: makes one; nil when this machine has used up its share.
    /// - Returns: how many were open at the same time, and whether the server refused one more.
    public static func countSessions(
        upTo most: Int, open: @Sendable () async throws(StorageError) -> (any PooledConnection)?
    ) async throws(StorageError) -> (count: Int, isLimited: Bool) {
        var sessions: [any PooledConnection] = []
        var refusal: StorageError?
        while sessions.count < most, refusal == nil {
            do throws(StorageError) {
                guard let session = try await open() else { break }
                sessions.append(session)
            } catch {
                refusal = error
            }
        }
        for session in sessions { await session.close() }
        if refusal?.code == .cancelled { throw .cancelled }
        return (sessions.count, refusal != nil)
    }

    /// Says nothing until the server hangs up.
    ///
    /// - Returns: after how much silence it did; nil when it outlasted `limit`.
    public static func idleTime(of session: any PooledConnection, within limit: Duration) async -> Duration? {
        let ended = AsyncStream.makeStream(of: Void.self)
        session.onClose { _ in ended.continuation.finish() }
        let start = ContinuousClock.now
        let timer = Task {
            try? await Task.sleep(for: limit)
            ended.continuation.yield()
            ended.continuation.finish()
        }
        var hungUp = true
        for await _ in ended.stream { hungUp = false }
        timer.cancel()
        return hungUp && !Task.isCancelled ? ContinuousClock.now - start : nil
    }
}
