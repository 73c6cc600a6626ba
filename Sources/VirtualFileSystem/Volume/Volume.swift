public import FileModel
public import Logging
public import RemoteFileSystem
public import NIOCore
import Synchronization

/// A remote file system as the kernel wants one: inodes, handles, caches, read-ahead and write-behind.
///
/// Every operation may run at the same time as every other. Errors speak of the path; an outage is never `.notFound`
/// and never an empty listing. Own changes are visible at once, those of others within the settings' timeouts.
public final class Volume: Sendable {
    public let settings: VolumeSettings
    public let capabilities: Capabilities
    let services: FileServices
    public let metrics = VolumeMetrics()
    let handles = HandleTable()
    let nameFlights = SingleFlight<NameQuery, FileAttributes>()
    let inodeFlights = SingleFlight<InodeQuery, FileAttributes>()
    let foldersAhead: FolderReadAhead
    let filesAhead: FileReadAhead
    let room: KnownRoom
    let roomFlights = SingleFlight<UInt64, FileSystemStatistics>()
    let farewells = Farewells()
    /// Shown for what has no time of its own.
    let started = Timestamp.now()
    private let stopping = Atomic(false)

    var inodes: SharedInodeTable { services.inodes }
    var remote: TimeLimitedRemote { services.remote }

    /// Connects and looks at the root folder.
    ///
    /// - Parameter journal: for write-back, which needs `settings.rescue` as well; nil writes through.
    /// - Throws: `.rootMissing` when it is no folder, and whatever keeps the remote from answering.
    public static func open(
        _ remote: any RemoteFileSystem, settings: VolumeSettings = VolumeSettings(),
        journal: WriteBackJournal? = nil, logger: Logger = Logger(label: "volume"),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) async throws(StorageError) -> Volume {
        let patient = TimeLimitedRemote(base: remote, limit: TimeLimit(duration: settings.connectTimeout))
        let capabilities = try await patient.limit.run("connecting to", .root) { _ async throws(StorageError) in
            try await remote.capabilities()
        }
        let root = try await rootAttributes(patient)
        let health = ServerHealth(remote, limit: settings.timeout, logger: logger)
        let limited = TimeLimitedRemote(base: remote, limit: TimeLimit(duration: settings.timeout, health: health))
        let lifetimes = InodeTable.Lifetimes(
            attributes: settings.attributeTimeout, listing: settings.directoryTimeout, absence: settings.negativeTimeout
        )
        let inodes = SharedInodeTable(root: root, lifetimes: lifetimes, now: now)
        let services = FileServices(
            server: limited, capabilities, settings, inodes, journal: journal, logger: logger)
        try services.held?.replay()
        return Volume(services)
    }

    private static func rootAttributes(_ remote: TimeLimitedRemote) async throws(StorageError) -> FileAttributes {
        do throws(StorageError) {
            let root = try await remote.attributes(of: .root)
            if root.isDirectory { return root }
        } catch  where error.code != .notFound {
            throw error
        } catch {}
        throw StorageError(.rootMissing, "the remote folder does not exist or is not a folder")
    }

    private init(_ services: FileServices) {
        self.services = services
        settings = services.settings
        capabilities = services.capabilities
        room = KnownRoom(lifetime: settings.attributeTimeout)
        let window = settings.readAhead.bytes
        foldersAhead = FolderReadAhead(
            services.inodes, capabilities, isOff: window == 0 || settings.directoryTimeout <= .zero)
        filesAhead = FileReadAhead(
            services.remote, services.inodes, FileReadAhead.Limits(capabilities, window: window),
            lifetime: settings.attributeTimeout)
    }

    /// Where calls of this volume had best run: see `RemoteFileSystem.executor`.
    public var executor: (any TaskExecutor)? { remote.base.executor }

    /// Where small calls of this volume may begin as well: see `RemoteFileSystem.loop`.
    public var loop: (any EventLoop)? { remote.base.loop }

    /// Where an inode is now, for messages.
    public func describe(_ inode: InodeNumber) -> String {
        (try? inodes.path(of: inode)).map(\.description) ?? "inode \(inode.value)"
    }

    func checkWritable() throws(StorageError) {
        if settings.isReadOnly { throw StorageError(.readOnly, "the mount is read-only") }
        if stopping.load(ordering: .relaxed) { throw StorageError(.cancelled, "the mount is being ended") }
    }

    /// Lets no new change begin.
    func stopChanges() { stopping.store(true, ordering: .relaxed) }
}
