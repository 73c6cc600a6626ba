public import ConnectionPool
public import FTP
public import FileModel
public import RemoteFileSystem

/// The contract on FTP sessions.
///
/// A transfer has its session to itself from the command to the final reply; everything else goes to whichever session
/// is free. No operation holds a session while it waits for another.
public final class FTPRemote: RemoteFileSystem {
    let pool: Pool<FTPConnection>
    let root: RemoteRoot
    private let identity: String

    /// - Parameters:
    ///   - identity: server and account, `ftp://user@host:21`.
    ///   - connect: makes one session, logged in.
    public init(
        identity: String, root: RemoteRoot, pool configuration: PoolConfiguration,
        slots: any ConnectionSlots = UnlimitedSlots(),
        connect: @escaping @Sendable () async throws(StorageError) -> FTPConnection
    ) {
        self.identity = identity
        self.root = root
        var configuration = configuration
        configuration.streamsPerConnection = 1
        pool = Pool(configuration, slots: slots, connect: connect)
    }

    public func capabilities() async throws(StorageError) -> Capabilities {
        let features = try await pool.idempotent { connection throws(StorageError) in await connection.facts.features }
        var result = Capabilities(family: .ftp, identity: identity)
        result.atomicReplace = true
        result.permissions = true
        result.resumableRead = true
        result.resumableWrite = true
        if features.has("MFMT") {
            result.modificationTimeSetter = .mfmt
        } else if features.has("MDTM") {
            result.modificationTimeSetter = .mdtm
        }
        if features.has("MLST") || features.has("MLSD") {
            result.listingTime = .mlsd
            result.listingResolution = .second
        }
        return result
    }

    public func shutdown() async { await pool.shutdown() }

    /// What the pool is doing.
    public var poolSnapshot: PoolSnapshot { pool.snapshot() }
}

extension FTPRemote {
    /// The path below the server's own root.
    func path(_ path: RemotePath, on connection: FTPConnection) async -> RemotePath {
        root.onServer(path, loginFolder: await connection.facts.loginDirectory)
    }

    /// A missing root is a fault of the definition, not of a path.
    func aboutRoot(_ path: RemotePath, _ error: StorageError) -> StorageError {
        guard path.isRoot, error.code == .notFound || error.code == .notDirectory else { return error }
        return StorageError(
            .rootMissing, "the remote folder \(root) does not exist: check the path, or create it",
            serverReply: error.serverReply)
    }
}

extension FTPConnection: PooledConnection {
    public func keepAlive() async throws(StorageError) { try await noop() }
}
