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
    /// Transfers that the remote was told of while the scan goes on.
    var expectedTransfers = 0
    /// Steps that were carried out, with whatever success.
    var attempted = 0

    private init(
        _ run: SyncRun, _ observer: (any SyncObserver)?, _ opened: ArchiveFile.Opened, plan: Plan,
        replicas: Sides<Replica>, report: SyncReport
    ) throws(StorageError) {
        self.run = run
        self.observer = observer
        archive = opened.archive
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
        scan = ScanContext(run.options, replicas, opened, now: run.now)
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
            return try await attemptOnce(run, observer, report)
        } catch  where error.code == .corrupted {
            _ = try ArchiveFile.setAside(run.stateFile("archive"), report.started)
            return try await attemptOnce(run, observer, report)
        }
    }

    private static func attemptOnce(
        _ run: SyncRun, _ observer: (any SyncObserver)?, _ report: SyncReport
    ) async throws(StorageError) -> SyncReport {
        let opened = try archive(run, report.started)
        var report = report
        if let warning = opened.warning {
            report.warnings.append(warning)
            observer?.observe(.warning(warning))
        }
        // As many folders are about to be listed: logging in goes on while the roots are looked at.
        run.remote.expect(calls: try opened.archive.countFolders(limit: Self.scanWidth))
        switch try await Roots(run, opened.archive).verify() {
        case .doubtful(let error):
            report.stop(error)
            return report
        case .proven(let replicas):
            let file = run.stateFile("plan")
            let plan =
                if let written = run.options.planFile.carriedOut { try Plan(file, copyOf: written) } else {
                    try Plan(file)
                }
            let session = try RunSession(run, observer, opened, plan: plan, replicas: replicas, report: report)
            return try await session.execute()
        }
    }

    /// A dry run leaves no archive behind where there is none.
    private static func archive(_ run: SyncRun, _ now: Timestamp) throws(StorageError) -> ArchiveFile.Opened {
        let path = run.stateFile("archive")
        if run.options.isDryRun, access(path, F_OK) != 0 {
            return ArchiveFile.Opened(archive: try Archive.inMemory(run.identity))
        }
        return try ArchiveFile.open(path, run.identity, now: now)
    }

    private func execute() async throws(StorageError) -> SyncReport {
        do throws(StorageError) {
            if options.planFile.carriedOut != nil {
                if let objection = try adoptPlan() {
                    report.stop(objection)
                    return report
                }
                try await recover()
            } else {
                if !options.isDryRun { try await recover() }
                try await decide()
            }
            report.plan = try plan.totals()
            report.counters.skipped = 0
            observer?.observe(.planned(report.plan))
            try explain()
            // A plan that was written down has passed them.
            if options.planFile.carriedOut == nil, let violation = guards.violation(try runTotals()) {
                return stopped(by: violation)
            }
            try reportSkips()
            if options.isDryRun {
                warnOfKnownSkew()
                try savePlan()
                try preview()
            } else {
                try await carryOut()
            }
        } catch  where error.code == .cancelled {
            try await saveInterrupted()
        }
        return finished()
    }

    private func decide() async throws(StorageError) {
        try await scanBothSides()
        try await decideOpenSteps()
        try rebaseShiftedTimes()
        try pairRenames()
        try pairFolderRenames()
        try settleDirectoryRemovals()
    }

    /// A guard leaves everything as it was, the archive included.
    private func stopped(by violation: GuardViolation) -> SyncReport {
        report.stop(StorageError(.failed, "nothing was changed: \(violation)"))
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
