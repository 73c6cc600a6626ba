import FileModel
import RemoteFileSystem
import SyncCore

extension RunSession {
    /// Paths that stay as they are, with the reason.
    func reportSkips() throws(StorageError) {
        var last: Int64 = 0
        while case let steps = try plan.steps(.skipped, after: last, limit: 1000), let end = steps.last {
            last = end.sequence
            for step in steps {
                guard case .skip(let reason) = step.action else { continue }
                if reason == .conflict {
                    report.note(SyncChange(.conflict, step.path, on: .local, row: step.decision.row))
                }
                note(SyncProblem(step.path, skipped: reason, note: step.note))
            }
        }
    }

    /// What a dry run shows: the lines a real run would print, in the same order.
    func preview() throws(StorageError) {
        for phase in [PlanPhase.directories, .renames, .transfers, .fileDeletions, .directoryDeletions] {
            var last: Int64 = 0
            while case let steps = try plan.steps(phase, after: last, limit: 1000), let end = steps.last {
                last = end.sequence
                for change in steps.compactMap({ Self.change($0) }) { note(change) }
            }
        }
        emptied = []
    }

    private static func change(_ step: PlannedStep) -> SyncChange? {
        let row = step.decision.row
        return switch step.action {
        case .copy(let side, _): SyncChange(.copy, step.path, on: side.other, bytes: step.byteCount, row: row)
        case .createDirectory(let side): SyncChange(.createDirectory, step.path, on: side, row: row)
        case .rename(let side, _):
            SyncChange(.rename, step.origin ?? step.path, on: side, row: row, target: step.path)
        case .remove(let side): SyncChange(.delete, step.path, on: side, row: row)
        case .replaceWithDirectory(let side): SyncChange(.replace, step.path, on: side, row: row)
        case .replaceWithFile(let side):
            SyncChange(.replace, step.path, on: side, bytes: step.byteCount, row: row)
        case .conflict(let winner): SyncChange(.conflict, step.path, on: winner.other, bytes: step.byteCount, row: row)
        case .separate(let side): SyncChange(.separate, step.path, on: side, row: row)
        case .nothing, .adopt, .forget, .compareContent, .examineSubtree, .skip: nil
        }
    }

    /// The outcome that all of it amounts to.
    func finished() -> SyncReport {
        report.counters.skipped += found.special - min(found.special, report.counters.skipped)
        let planned = (try? plan.executableCount()) ?? 0
        report.counters.notAttempted = report.isDryRun ? 0 : max(0, planned - attempted)
        if report.outcome == .interrupted {
            report.statusCode = .uploadFailed
            return report
        }
        let firstFailure = report.problems.first { !$0.isSkip }?.error
        report.error = report.error ?? lostSession ?? firstFailure
        if options.mainFile != nil { return judgedByMainFile() }
        if lostSession != nil || report.counters.failed > 0 {
            report.outcome = .partialFailure
            report.statusCode = statusCode(report.error)
        } else if report.counters.conflicts > 0 {
            report.outcome = .conflicts
        }
        return report
    }

    private func judgedByMainFile() -> SyncReport {
        if found.mainFiles == 0 {
            report.outcome = .failure
            report.statusCode = .fileMissing
            report.error = StorageError(
                .notFound, "no file matches the main file '\(options.mainFile ?? "")' at the source")
        } else if mainFailed || lostSession != nil {
            report.outcome = .partialFailure
            report.statusCode = statusCode(report.error)
        } else if report.counters.conflicts > 0 {
            report.outcome = .conflicts
        }
        return report
    }

    private func statusCode(_ error: StorageError?) -> StatusCode {
        error.map { StatusCode($0, family: replicas.remote.capabilities.family) } ?? .uploadFailed
    }
}

extension SyncReport {
    mutating func note(_ change: SyncChange) {
        switch change.kind {
        case .copy:
            counters.copied[change.side] += 1
            counters.bytes[change.side] = counters.bytes[change.side].addingOrMaximum(change.bytes)
        case .replace where change.bytes > 0:
            counters.copied[change.side] += 1
            counters.bytes[change.side] = counters.bytes[change.side].addingOrMaximum(change.bytes)
        case .createDirectory, .replace: counters.directoriesCreated[change.side] += 1
        case .delete: counters.deleted[change.side] += 1
        case .rename: counters.renamed[change.side] += 1
        case .deleteSource: counters.sourcesDeleted += 1
        case .conflict, .separate:
            counters.conflicts += 1
            if change.kind == .conflict, change.target != nil { counters.copied[change.side] += 1 }
            if conflicts.count < Self.problemLimit { conflicts.append(change) }
        }
    }

    mutating func note(_ problem: SyncProblem) {
        if problem.isSkip { counters.skipped += 1 } else { counters.failed += 1 }
        if problems.count < Self.problemLimit { problems.append(problem) }
    }

    /// A guard stopped the run.
    mutating func stop(_ error: StorageError) {
        outcome = .guarded
        statusCode = .uploadFailed
        self.error = error
    }

    /// The run came to nothing.
    mutating func fail(_ error: StorageError, _ identity: ArchiveIdentity) {
        self.error = error
        let family: ProtocolFamily = identity.server.hasPrefix("sftp") ? .sftp : .ftp
        statusCode =
            switch error.code {
            case .busy: .ok
            case .notFound: .fileMissing
            default: StatusCode(error, family: family)
            }
        outcome =
            switch error.code {
            case .cancelled: .interrupted
            case .busy: .skipped
            default: .failure
            }
    }
}
