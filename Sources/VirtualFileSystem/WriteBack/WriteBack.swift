import FileModel
import Logging
import RemoteFileSystem
import Synchronization

/// Files whose close(2) did not wait for the server: keeps them in the journal, uploads several at a time, and knows
/// what the server does not have yet.
///
/// A file stays until the server has it, through outages and the end of the process. What the server refuses goes to
/// the rescue folder.
final class WriteBack: Sendable {
    struct State {
        var files = PendingFiles()
        var running = 0
        /// Counts uploads that came to an end.
        var finished: UInt64 = 0
        /// Uploads wait so long after the server was away.
        var pause = Duration.zero
        var isPaused = false
        /// The mount is over: what is left waits for the next.
        var isEnded = false
        /// An end of the mount has waited in vain already, and told what is left.
        var hasGivenUp = false
        var lastError: StorageError?
        /// Replaced with each change.
        var change = Promise<Void>()
        /// Renames and removals that came to an end.
        var moves: UInt64 = 0
        /// What to set of folders when nothing is pending in them.
        var folderTimes: [RemotePath: AttributeChanges] = [:]
        /// Ids of the latest uploads, whose temporary files nobody shall see.
        var temporaries: Set<String> = []

        mutating func begin(_ choose: (inout PendingFiles) -> PendingFile?) -> PendingFile? {
            guard let file = choose(&files) else { return nil }
            running += 1
            return file
        }
    }

    let journal: WriteBackJournal
    let rescue: RescueSettings
    /// The server itself.
    let server: TimeLimitedRemote
    let capabilities: Capabilities
    let spools: SpoolBudget
    let logger: Logger
    private let lanes: Int
    let refused: @Sendable (RescueRecord, RemotePath) -> Void
    private let state = Mutex(State())

    static let shortestPause: Duration = .milliseconds(250)
    static let longestPause: Duration = .seconds(4)
    /// How often a refusal that may pass is tried again.
    static let refusalLimit = 3

    /// - Parameter refused: hears of what went to the rescue folder.
    init(
        _ journal: WriteBackJournal, rescue: RescueSettings, server: TimeLimitedRemote, _ capabilities: Capabilities,
        spools: SpoolBudget, logger: Logger, refused: @escaping @Sendable (RescueRecord, RemotePath) -> Void
    ) {
        self.journal = journal
        self.rescue = rescue
        self.server = server
        self.refused = refused
        self.capabilities = capabilities
        self.spools = spools
        self.logger = logger
        let isShared = capabilities.streamsPerConnection > 1
        lanes = isShared ? 48 : max(1, min(16, capabilities.maximumUploads / 3 * 2))
    }

    func withState<Value: Sendable>(_ body: (inout State) -> Value) -> Value { state.withLock { body(&$0) } }

    /// Notes a change and wakes whoever waits for one.
    func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        let (value, change) = state.withLock { state in
            let value = body(&state)
            defer { state.change = Promise() }
            return (value, state.change)
        }
        change.fulfil(.success(()))
        return value
    }

    // MARK: - Looking

    func newest(at path: RemotePath) -> PendingFile? { withState { $0.files.newest(at: path) } }

    func isPending(_ path: RemotePath) -> Bool { newest(at: path) != nil }

    /// The content that a name shows; nil when the server has it.
    func content(at path: RemotePath) -> (content: Spool, file: PendingFile)? {
        // Under the lock, so that the entry is not removed before it is open.
        withState { state in
            guard let file = state.files.newest(at: path) else { return nil }
            if let content = file.content { return (content, file) }
            return (try? Spool(existing: journal.store.dataFile(file.record.id))).map { ($0, file) }
        }
    }

    /// Room for another file; without, files are written through.
    var hasRoom: Bool { spools.hasRoom }

    // MARK: - Taking in

    /// Takes over a closed file. Its content is safe when this returns.
    ///
    /// - Parameter place: tells where the file is now; asked again when a folder above is renamed meanwhile.
    func keep(
        _ content: Spool, _ record: RescueRecord, at place: @Sendable () throws(StorageError) -> RemotePath
    ) async throws(StorageError) {
        let share = SpoolShare(of: spools)
        let file = try await enter(content, record, share, at: place)
        do throws(StorageError) {
            try await journal.keep(content, file.record)
        } catch {
            change { $0.files.remove(file.sequence) }?.attempt.fulfil(.success(()))
            throw error
        }
        share.take(file.record.size)
        let older = change { $0.files.stored(file.sequence) }
        pump()
        if let older { await forget(older) }
    }

    private func enter(
        _ content: Spool, _ record: RescueRecord, _ share: SpoolShare,
        at place: @Sendable () throws(StorageError) -> RemotePath
    ) async throws(StorageError) -> PendingFile {
        while true {
            let (moves, change) = withState { ($0.moves, $0.change) }
            let path = try place()
            let file = withState { state -> PendingFile? in
                guard state.moves == moves, !state.files.isClosed(path) else { return nil }
                return state.files.add(record.moved(to: path), at: path, content, share)
            }
            if let file { return file }
            if withState({ $0.moves == moves }) { try await change.value() }
        }
    }

    /// Takes up what an earlier life of the mount left.
    func replay() throws(StorageError) {
        let entries = try journal.entries()
        for entry in entries {
            guard let record = entry.record, let path = try? record.remotePath() else { continue }
            let share = SpoolShare(of: spools)
            share.take(record.size)
            withState { $0.files.replay(record, at: path, share) }
        }
        if !entries.isEmpty { logger.info("\(entries.count) files from before are still to be uploaded") }
        pump()
    }

    /// Whether a name in a listing is a temporary one of ours.
    func isTemporary(_ name: FileName) -> Bool {
        guard let id = ContentUpload.id(inTemporaryName: name) else { return false }
        return withState { $0.temporaries.contains(id) }
    }

    // MARK: - Letting go

    /// A version that need not be uploaded any more.
    func forget(_ file: PendingFile) async {
        do throws(StorageError) {
            try await journal.remove(file.record.id)
        } catch {
            logger.error("\(file.path) stays in the journal: \(error)")
        }
        file.attempt.fulfil(.success(()))
    }

    // MARK: - Uploading

    /// Begins as many uploads as there are lanes.
    func pump() {
        while let file = withState({ state -> PendingFile? in
            guard !state.isPaused, !state.isEnded, state.running < lanes else { return nil }
            return state.begin { $0.next() }
        }) {
            launch(file)
        }
        let waiting = withState { min($0.files.files.count, lanes) }
        if waiting > 1 { server.base.expect(calls: waiting) }
    }

    /// Uploads a file that `State.begin` chose.
    func launch(_ file: PendingFile) {
        Task {
            try? await upload(file)
            change { $0.running -= 1 }
            pump()
        }
    }
}
