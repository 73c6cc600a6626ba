public import ConnectionPool
public import FTP
public import FileModel
public import RemoteFileSystem

/// The contract on FTP sessions.
///
/// A transfer has its session to itself from the command to the final reply; everything else goes to whichever session
/// is free. No operation holds a session while it waits for another.
public final class FTPRemote: RemoteFileSystem, PooledRemote {
    let pool: Pool<FTPConnection>
    let root: RemoteFolder
    let answering: AnsweringLoop
    private let identity: String
    private let streams: (down: Int, up: Int)
    /// The character set of the server's names; nil: they are taken as they are.
    let codePage: CodePage?
    /// Whether files are transferred byte by byte; see `Capabilities.exactSizes`.
    let hasExactSizes: Bool
    /// What a probe has found out about the server.
    private let measured: MeasuredServer?

    /// - Parameters:
    ///   - codePage: of file names, whose bytes on the wire are in it; names here are UTF-8.
    ///   - identity: server and account, `ftp://user@host:21`.
    ///   - transferType: of the sessions that `connect` makes.
    ///   - connect: makes one session, logged in.
    public init(
        identity: String, root: RemoteFolder, pool configuration: PoolConfiguration,
        slots: any ConnectionSlots = UnlimitedSlots(), record: (any ServerRecord)? = nil, codePage: CodePage? = nil,
        transferType: TransferType = .binary,
        measured: MeasuredServer? = nil,
        connect: @escaping @Sendable () async throws(StorageError) -> FTPConnection
    ) {
        self.identity = identity
        self.measured = measured
        self.root = root
        self.codePage = codePage
        hasExactSizes = transferType == .binary
        var configuration = configuration
        configuration.streamsPerConnection = 1
        configuration.mostConnecting = configuration.maximumConnections
        let most = configuration.maximumConnections
        streams = (min(configuration.maximumDownloadStreams, most), min(configuration.maximumUploadStreams, most))
        answering = AnsweringLoop()
        pool = Pool(configuration, slots: slots, record: record, connect: answering.watching(connect))
    }

    public func capabilities() async throws(StorageError) -> Capabilities {
        let (features, listing, restarts) = try await idempotent { connection throws(StorageError) in
            (await connection.facts.features, await connection.listingTime, try await connection.restartsStreams())
        }
        var result = Capabilities(family: .ftp, identity: identity)
        result.maximumDownloads = streams.down
        result.maximumUploads = streams.up
        result.atomicReplace = true
        result.permissions = true
        result.exactSizes = hasExactSizes
        result.checksums = hasExactSizes ? features.checksums : []
        result.resumableRead = restarts
        // Without REST the end of what is there could not be looked at.
        result.resumableWrite = restarts
        if features.has("MFMT") {
            result.modificationTimeSetter = .mfmt
        } else if features.has("MDTM") {
            result.modificationTimeSetter = .mdtm
        }
        result.listingTime = listing.source
        result.listingResolution = listing.resolution
        if let measured { result.adopt(measured) }
        return result
    }

    public func expect(calls: Int) { pool.expectStreams(calls) }

    /// One session for the call, and one for whoever comes meanwhile.
    public func hasRoomForMore() -> Bool {
        let pool = pool.snapshot()
        if pool.idle > 1 { return true }
        if pool.open + pool.connecting < 2 { self.pool.expectStreams(2) }
        return false
    }

    public var executor: (any TaskExecutor)? { answering.executor }

    public func distrustIdleConnections() { pool.closeIdle() }

    public func shutdown() async { await pool.shutdown() }

    /// What the pool is doing.
    public var poolSnapshot: PoolSnapshot { pool.snapshot() }
}

extension FTPRemote: SessionRequests {
    /// A session that is ready for a command.
    ///
    /// One whose last transfer was broken off may end instead of getting ready; nothing was asked of it, so another one
    /// takes its place.
    func session(
        _ priority: LeasePriority, _ direction: TransferDirection? = nil
    ) async throws(StorageError) -> Lease<FTPConnection> {
        while true {
            let lease = try await pool.lease(priority, direction)
            if lease.connection.isSettled { return lease }
            do throws(StorageError) {
                try await lease.connection.settle()
                return lease
            } catch {
                lease.end(error)
                guard error.code == .connectionLost else { throw error }
            }
        }
    }

    /// On the session's event loop.
    func run<Result: Sendable>(
        on connection: FTPConnection, _ body: @escaping @Sendable (FTPConnection) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        try await connection.perform { connection throws(StorageError) in try await body(connection) }
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
