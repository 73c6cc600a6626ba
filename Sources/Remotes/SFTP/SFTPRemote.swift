public import ConnectionPool
public import FileModel
public import NIOCore
public import RemoteFileSystem
public import SFTP

/// The contract on SFTP connections, whatever carries them.
///
/// Open files live on the connection they were opened on; everything else goes to whichever connection has room.
public final class SFTPRemote: RemoteFileSystem, PooledRemote {
    let pool: Pool<SFTPConnection>
    let root: RemoteFolder
    private let identity: String
    private let answering: AnsweringLoop
    private let streams: (down: Int, up: Int)

    /// Open files and requests that share one connection before another is opened, where the server does not say how
    /// many files it can have open.
    public static let streamsPerConnection = 64
    /// The same for servers that say so: as many small files as a slow line holds within its window.
    static let mostStreamsPerConnection = 256

    /// - Parameters:
    ///   - identity: server and account, `sftp://user@host:22`.
    ///   - connect: makes one connection, logged in.
    public init(
        identity: String, root: RemoteFolder, pool configuration: PoolConfiguration,
        slots: any ConnectionSlots = UnlimitedSlots(), record: (any ServerRecord)? = nil,
        connect: @escaping @Sendable () async throws(StorageError) -> SFTPConnection
    ) {
        self.identity = identity
        self.root = root
        var configuration = configuration
        configuration.streamsPerConnection = Self.streamsPerConnection
        let most = configuration.maximumConnections
        streams = (min(configuration.maximumDownloadStreams, most), min(configuration.maximumUploadStreams, most))
        answering = AnsweringLoop()
        pool = Pool(configuration, slots: slots, record: record, connect: answering.watching(connect))
    }

    public func capabilities() async throws(StorageError) -> Capabilities {
        try await idempotent { connection in self.capabilities(of: connection) }
    }

    private func capabilities(of connection: SFTPConnection) -> Capabilities {
        var result = Capabilities(family: .sftp, identity: identity)
        result.randomRead = true
        result.readersSeeGrowth = !connection.dialect.handlesKeepTheirSize
        result.randomWrite = true
        result.atomicReplace = connection.offers(.posixRename)
        result.symbolicLinks = true
        result.hardLinks = connection.offers(.hardlink)
        result.permissions = true
        result.ownership = true
        result.truncation = !connection.dialect.resizingDestroys
        result.synchronization = connection.offers(.fsync)
        result.statistics = connection.offers(.statvfs)
        result.resumableRead = true
        result.resumableWrite = true
        if connection.dialect.mayHaveNarrowChannels { result.gaps = SFTPWriter.gaps }
        result.modificationTimeSetter = .setstat
        result.checksums = connection.dialect.fileChecks?.algorithms ?? []
        result.blockSize = connection.limits.readLength
        result.writeWindow = SFTPWriter.windowBytes
        result.streamsPerConnection = connection.streamCapacity ?? Self.streamsPerConnection
        result.maximumDownloads = streams.down * Self.streamsPerConnection
        result.maximumUploads = streams.up * Self.streamsPerConnection
        return result
    }

    public func expect(uploadOf size: Int64) {
        guard size >= WritePlan.bigFile else { return }
        Task {
            // The connection that is filled first is the one on which the file will be opened.
            guard let lease = await pool.leaseIfFree(.metadata) else { return }
            lease.connection.expectWrite(of: size)
            lease.release()
        }
    }

    public var executor: (any TaskExecutor)? { answering.executor }
    public var loop: (any EventLoop)? { answering.executor?.loop }

    public var roundTrip: Duration? { answering.roundTrip }

    public func distrustIdleConnections() { pool.closeIdle() }

    public func shutdown() async { await pool.shutdown() }

    /// What the pool is doing.
    public var poolSnapshot: PoolSnapshot { pool.snapshot() }
}

extension SFTPRemote: SessionRequests {
    /// A connection that has not ended, as far as is known.
    func session(
        _ priority: LeasePriority, _ direction: TransferDirection? = nil
    ) async throws(StorageError) -> Lease<SFTPConnection> {
        while true {
            let lease = try await pool.lease(priority, direction)
            guard lease.connection.isClosed else { return lease }
            lease.discard(StorageError(.connectionLost, "the connection to \(lease.connection.peer) was lost"))
        }
    }

    /// The path as the server names it.
    func path(_ path: RemotePath, on connection: SFTPConnection) -> SFTPPath {
        SFTPPath(root.onServer(path, loginFolder: connection.loginFolder.bytes))
    }

    /// A missing root is a fault of the definition, not of a path.
    func aboutRoot(_ path: RemotePath, _ error: StorageError) -> StorageError {
        guard path.isRoot, error.code == .notFound else { return error }
        return StorageError(
            .rootMissing, "the remote folder \(root) does not exist: check the path, or create it",
            serverReply: error.serverReply)
    }
}

extension SFTPConnection: PooledConnection {
    public func close(awaitsAnswer: Bool) async { await close() }

    /// A part of the handles stays free: a flight opens a file before it has closed the one before.
    public var streamCapacity: Int? {
        limits.openHandles.map { max(1, min($0 / 2, SFTPRemote.mostStreamsPerConnection)) }
    }
}
