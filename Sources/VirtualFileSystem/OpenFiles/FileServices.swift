import FileModel
import Logging
import RemoteFileSystem

/// What an open file needs of its volume.
struct FileServices: Sendable {
    let remote: TimeLimitedRemote
    let capabilities: Capabilities
    let settings: VolumeSettings
    let inodes: SharedInodeTable
    let spools: SpoolBudget
    let logger: Logger
    /// With write-back.
    let held: WriteBack?
    /// What could not be uploaded since the volume was opened.
    let rescued: Shared<[RescueRecord]>

    func makeSpool() throws(StorageError) -> Spool {
        try Spool(directory: settings.spoolDirectory, budget: spools)
    }

    /// Runs a rename, and what notes it here, while nothing pending in the two places is uploaded or taken in.
    func renaming<Value: Sendable>(
        _ source: RemotePath, _ target: RemotePath, _ body: () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        guard let held else { return try await body() }
        return try await held.exclusively([source, target], body)
    }

    /// Bytes that wait for the writer where the setting leaves it less: room for what arrives while it turns.
    private static let shortestQueue: Int64 = 2 << 20

    func makeWriteBehind(_ writer: TimeLimitedWriter) -> WriteBehind {
        let allowed = settings.writeBehind.bytes
        return WriteBehind(
            writer: writer, blockSize: capabilities.blockSize,
            capacity: max(min(allowed, Self.shortestQueue), allowed - Int64(capabilities.writeWindow)))
    }
}

extension FileServices {
    /// - Parameter server: the server itself; with a journal, what is pending lies over it.
    init(
        server: TimeLimitedRemote, _ capabilities: Capabilities, _ settings: VolumeSettings,
        _ inodes: SharedInodeTable, journal: WriteBackJournal?, logger: Logger
    ) {
        let spools = SpoolBudget(limit: settings.spoolLimit.bytes)
        let rescued = Shared<[RescueRecord]>([])
        var settings = settings
        var remote = server
        var held: WriteBack?
        if let journal, let rescue = settings.rescue {
            // Where a closed file gets its name in the journal without a copy.
            settings.spoolDirectory = journal.store.folder
            let made = WriteBack(
                journal, rescue: rescue, server: server, capabilities, spools: spools, logger: logger
            ) { record, path in
                rescued.withLock { $0.append(record) }
                inodes.expire(path)
            }
            remote = TimeLimitedRemote(
                base: WriteBackRemote(server: server.base, pending: made), limit: server.limit, held: made)
            held = made
        }
        self.init(
            remote: remote, capabilities: capabilities, settings: settings, inodes: inodes, spools: spools,
            logger: logger, held: held, rescued: rescued)
    }
}
