import FileModel
import Glibc
import RemoteFileSystem
import SyncCore

/// The run under way. It belongs to one task, which alone touches archive and plan; transfers and listings are child
/// tasks that get values and return values.
final class RunSession {
    let run: SyncRun
    let options: SyncOptions
    let observer: (any SyncObserver)?
    let archive: Archive
    let plan: Plan
    let replicas: Sides<Replica>
    let conditions: RunConditions
    let context: TransferContext
    let scan: ScanContext
    let started: Timestamp
    let mainFile: GlobPattern?

    var report: SyncReport
    var pending = RecordBuffer()
    /// What the scan found besides steps.
    var found = VisitResult()
    var tracked = 0
    /// Interrupted uploads and downloads that may be continued, by the path they write to.
    var resumable = Sides<[RemotePath: Intent]>(local: [:], remote: [:])
    var emptied: Set<RemotePath> = []
    var lostSession: StorageError?
    var mainFailed = false

    private init(
        _ run: SyncRun, _ observer: (any SyncObserver)?, archive: Archive, plan: Plan, replicas: Sides<Replica>,
        report: SyncReport
    ) throws(StorageError) {
        self.run = run
        self.observer = observer
        self.archive = archive
        self.plan = plan
        self.replicas = replicas
        self.report = report
        options = run.options
        started = report.started
        mainFile = run.options.mainFile.flatMap { GlobPattern($0) }
        conditions = RunConditions(writesInPlace: archive.header.writesInPlace, isBlind: archive.header.isBlind)
        context = TransferContext(
            replicas: replicas, options: run.options,
            trash: Sides(
                local: TrashBin(replicas.local, started: report.started),
                remote: TrashBin(replicas.remote, started: report.started)),
            conditions: conditions, observer: observer, now: run.now)
        scan = ScanContext(run.options, replicas, isFirstRun: !archive.header.hasRun, now: run.now)
        tracked = try archive.count()
        run.attach(conditions)
    }

    // MARK: - From the lock to the report

    /// The whole run, whatever happens.
    static func report(_ run: SyncRun, _ observer: (any SyncObserver)?) async -> SyncReport {
        let clock = ContinuousClock.now
        var report = SyncReport(started: run.now())
        report.isDryRun = run.options.isDryRun
        do throws(StorageError) {
            let lock = try RunLock(run.stateFile("lock"))
            report = try await withExtendedLifetimeAsync(lock) { () throws(StorageError) in
                try await attempt(run, observer, report)
            }
        } catch {
            report.fail(error, run.identity)
        }
        report.duration = ContinuousClock.now - clock
        return report
    }

    /// A damaged archive shows itself at any page; the run then starts over without it, as a first one.
    private static func attempt(
        _ run: SyncRun, _ observer: (any SyncObserver)?, _ report: SyncReport
    ) async throws(StorageError) -> SyncReport {
        do throws(StorageError) {
            return try await open(run, observer, report).execute()
        } catch where error.code == .corrupted {
            _ = try ArchiveFile.setAside(run.stateFile("archive"), report.started)
            return try await open(run, observer, report).execute()
        }
    }

    private static func open(
        _ run: SyncRun, _ observer: (any SyncObserver)?, _ report: SyncReport
    ) async throws(StorageError) -> RunSession {
        var report = report
        let path = run.stateFile("archive")
        let archive: Archive
        if run.options.isDryRun, access(path, F_OK) != 0 {
            archive = try Archive.inMemory(run.identity)
        } else {
            let opened = try ArchiveFile.open(path, run.identity, now: report.started)
            archive = opened.archive
            if let warning = opened.warning {
                report.warnings.append(warning)
                observer?.observe(.warning(warning))
            }
        }
        let replicas = try await Roots(run, archive).replicas()
        return try RunSession(
            run, observer, archive: archive, plan: try Plan(run.stateFile("plan")), replicas: replicas, report: report)
    }

    private func execute() async throws(StorageError) -> SyncReport {
        do throws(StorageError) {
            if !options.isDryRun { try await recover() }
            try await scanBothSides()
            try await decideOpenSteps()
            try rebaseShiftedTimes()
            try pairRenames()
            try settleDirectoryRemovals()
            report.plan = try plan.totals()
            report.counters.skipped = 0
            observer?.observe(.planned(report.plan))
            if let violation = guards.violation(try runTotals()) { return stopped(by: violation) }
            try reportSkips()
            if options.isDryRun { try preview() } else { try await carryOut() }
        } catch where error.code == .cancelled {
            try await saveInterrupted()
        }
        return finished()
    }

    /// A guard leaves everything as it was, the archive included.
    private func stopped(by violation: GuardViolation) -> SyncReport {
        report.outcome = .guarded
        report.statusCode = .uploadFailed
        report.error = StorageError(.failed, "nothing was changed: \(violation)")
        return report
    }

    private func saveInterrupted() async throws(StorageError) {
        report.outcome = .interrupted
        report.error = StorageError(.cancelled, "the run was interrupted; what was done is recorded")
        try flushRecords()
    }

    func warn(_ text: String) {
        report.warnings.append(text)
        observer?.observe(.warning(text))
    }
}

/// Keeps `value` until `body` is done.
private func withExtendedLifetimeAsync<Value, Result>(
    _ value: Value, _ body: () async throws(StorageError) -> Result
) async throws(StorageError) -> Result {
    do throws(StorageError) {
        let result = try await body()
        withExtendedLifetime(value) {}
        return result
    } catch {
        withExtendedLifetime(value) {}
        throw error
    }
}
