public import Definitions
public import FileModel
public import SyncEngine
import Synchronization

/// Runs syncs with everything around them: the remote is opened and closed, the run goes into the history.
public struct SyncRunner: Sendable {
    private let directories: ProgramDirectories
    private let remotes: RemoteAssembly
    private let history: (any RunHistory)?

    /// - Parameter history: nil remembers nothing.
    public init(_ directories: ProgramDirectories, remotes: RemoteAssembly, history: (any RunHistory)?) {
        self.directories = directories
        self.remotes = remotes
        self.history = history
    }

    /// Runs once, from the lock to the report.
    ///
    /// Cancelling the task stops the run in order, within `SyncOptions.stopGrace`; its report says `interrupted`.
    /// - Parameters:
    ///   - adjust: what the command line says on top of the definition.
    /// - Throws: what keeps a run from beginning: an option or a secret that cannot be used.
    public func run(
        _ definition: SyncDefinition, observer: (any SyncObserver)? = nil,
        adjust: (inout SyncOptions) -> Void = { _ in }
    ) async throws(StorageError) -> SyncReport {
        var row: HistoryRow?
        do throws(StorageError) {
            var options = try SyncOptions(definition)
            adjust(&options)
            try directories.prepare()
            if !options.isDryRun { row = begin(definition) }
            var report = try await perform(options, definition, row, observer)
            guard let row else { return report }
            if let complaint = await conclude(definition, RunOutcome(report), row, observer) {
                report.warnings.append(complaint)
            }
            return report
        } catch {
            guard let row else { throw error }
            _ = await conclude(definition, RunOutcome(error, family: definition.remote.family), row, observer)
            throw error
        }
    }

    /// Enters the end into the history and runs the hook, which changes nothing of how the run ended.
    ///
    /// - Returns: why the hook failed.
    private func conclude(
        _ definition: SyncDefinition, _ outcome: RunOutcome, _ row: HistoryRow, _ observer: (any SyncObserver)?
    ) async -> String? {
        let row = await row.value
        if let row { await end(row, outcome) }
        guard let complaint = await RunHook(definition, outcome, run: row)?.run() else { return nil }
        observer?.observe(.warning(complaint))
        return complaint
    }

    private func perform(
        _ options: SyncOptions, _ definition: SyncDefinition, _ row: HistoryRow?, _ observer: (any SyncObserver)?
    ) async throws(StorageError) -> SyncReport {
        var server = definition.remote
        // A group of files goes over one connection, in order: the receiver may depend on it.
        if definition.sequential { server.maximumConnections = 1 }
        let remote = try await remotes.open(server, folder: definition.folder)
        let run = SyncRun(
            options, remote: remote, remoteIdentity: definition.remote.identity,
            remoteRoot: definition.folder.description, stateDirectory: directories.archives)
        let journal = row.flatMap { row in history.map { FileJournal($0, run: row, next: observer) } }
        let report = await Self.run(run, journal ?? observer)
        await remote.shutdown()
        await journal?.finish()
        return report
    }

    /// The first cancellation stops in order; the engine's own deadline does the rest.
    private static func run(_ run: SyncRun, _ observer: (any SyncObserver)?) async -> SyncReport {
        await withTaskCancellationHandler {
            await Task.detached { await run.run(observer: observer) }.value
        } onCancel: {
            run.stop()
        }
    }

    // The history is no reason to fail: a full disk must not keep files from being copied.

    /// The row of a run; nil where it could not be entered.
    typealias HistoryRow = Task<Int64?, Never>

    /// Enters the beginning while the run connects: in a new file that waits for the disk.
    private func begin(_ definition: SyncDefinition) -> HistoryRow {
        let (history, now) = (history, Timestamp.now())
        return Task.detached {
            try? await history?.runStarted(definition.displayName, definition.runTarget, at: now)
        }
    }

    private func end(_ row: Int64, _ outcome: RunOutcome) async {
        await history?.finish(row, outcome)
    }
}

extension RunHistory {
    /// Enters the end of a run and forgets what is older than the history keeps; never a reason to fail.
    public func finish(_ row: Int64, _ outcome: RunOutcome) async {
        try? await runEnded(row, outcome, at: .now())
        try? await prune(before: Timestamp.now().advanced(by: .zero - SQLiteRunHistory.retention))
    }
}

extension RunOutcome {
    public init(_ report: SyncReport) {
        var counters = RunCounters()
        counters.uploaded = report.counters.copied.remote
        counters.downloaded = report.counters.copied.local
        counters.deleted = report.counters.deleted.local + report.counters.deleted.remote
        counters.conflicts = report.counters.conflicts
        counters.failed = report.counters.failed
        counters.bytes = report.counters.bytes.local + report.counters.bytes.remote
        self.init(
            status: RunStatus(rawValue: report.outcome.status) ?? .failure, exitCode: Int(report.exitCode),
            statusCode: report.statusCode, counters: counters, message: report.error?.description)
    }

    /// A run that could not begin.
    public init(_ error: StorageError, family: ProtocolFamily) {
        self.init(
            status: .failure, exitCode: error.code == .configuration ? 2 : 3,
            statusCode: StatusCode(error, family: family), message: error.description)
    }
}

extension SyncDefinition {
    /// As messages and the history call it: the name, or the server of an ad-hoc run.
    public var displayName: String { isAdHoc ? "\(remote.scheme.rawValue)://\(remote.host)" : name }
}
