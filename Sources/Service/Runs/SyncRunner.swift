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
        var options = try SyncOptions(definition)
        adjust(&options)
        try directories.prepare()
        let remote = try await remotes.open(definition.remote, folder: definition.folder)
        let run = SyncRun(
            options, remote: remote, remoteIdentity: definition.remote.identity,
            remoteRoot: definition.folder.description, stateDirectory: directories.archives)
        let row = options.isDryRun ? nil : await begin(definition)
        let report = await Self.run(run, observer)
        await remote.shutdown()
        if let row { await end(row, report) }
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

    private func begin(_ definition: SyncDefinition) async -> Int64? {
        try? await history?.runStarted(definition.displayName, definition.runTarget, at: .now())
    }

    private func end(_ row: Int64, _ report: SyncReport) async {
        try? await history?.runEnded(row, RunOutcome(report), at: .now())
        let limit = Timestamp.now().advanced(by: .zero - SQLiteRunHistory.retention)
        try? await history?.prune(before: limit)
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
            status: RunStatus(rawValue: report.outcome.status) ?? .failure, exitCode: Int(report.outcome.exitCode),
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
