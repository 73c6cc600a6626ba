import FileModel
import RemoteFileSystem
import SyncCore

extension StepRunner {
    /// Deletes a name whose counterpart is gone; a refusal is remembered and tried again later.
    func remove(_ step: PlannedStep, from side: Side, _ outcome: inout StepOutcome) async throws(StorageError) {
        let replica = context.replicas[side]
        guard try await context.replicas[side.other].entry(at: step.path) == nil else { return outcome.skip(.unstable) }
        guard let planned = step.observed[side], let now = try await replica.entry(at: step.path) else {
            outcome.records = [.removeSubtree(step.path)]
            return
        }
        guard now.isSameState(as: planned) else { return outcome.skip(.unstable) }
        do throws(StorageError) {
            guard try await delete(step, replica) else { return }
        } catch  where [.permissionDenied, .readOnly, .failed].contains(error.code) {
            noteRefusal(step, side, now, error, &outcome)
            return
        } catch  where error.code == .notFound {
        }
        outcome.records = [.removeSubtree(step.path)]
        outcome.changes = [SyncChange(.delete, step.path, on: side, row: step.decision.row)]
    }

    /// - Returns: false for a directory that still holds something and therefore stays.
    private func delete(_ step: PlannedStep, _ replica: Replica) async throws(StorageError) -> Bool {
        if step.isDirectory {
            do throws(StorageError) {
                try await replica.files.removeDirectory(step.path)
            } catch  where error.code == .notEmpty {
                return false
            }
        } else if context.options.deletes == .permanent {
            try await replica.files.removeFile(step.path)
        } else {
            try await context.trash[replica.side].take(step.path)
        }
        return true
    }

    private func noteRefusal(
        _ step: PlannedStep, _ side: Side, _ entry: Entry, _ error: StorageError, _ outcome: inout StepOutcome
    ) {
        var record = Record(
            local: nil, remote: nil, syncedAt: context.now(), state: .deletePending(attempts: step.attempts + 1))
        record.entries[side] = entry
        outcome.records = [.set(step.path, record)]
        outcome.problem = SyncProblem(step.path, error)
    }

    // MARK: - Sources that do not stay

    func adoptAndDeleteSource(_ step: PlannedStep, _ outcome: inout StepOutcome) async throws(StorageError) {
        guard let local = step.observed.local, let remote = step.observed.remote else { return }
        outcome.records = [.set(step.path, Record(local: local, remote: remote, syncedAt: step.observedAt))]
        // Nothing was copied, and without sizes nothing proves that the two are the same.
        guard context.comparesSizes else { return }
        try await finishSource(step, Sides(local: local, remote: remote), &outcome)
    }

    /// Deletes the source of a verified copy, if the user wants that and the source is still what was copied.
    func finishSource(
        _ step: PlannedStep, _ entries: Sides<Entry>, _ outcome: inout StepOutcome
    ) async throws(StorageError) {
        guard context.options.deletesSource, let side = context.options.mode.source,
            !context.conditions.isBlind(side.other),
            entries.local.size == entries.remote.size || !context.comparesSizes,
            !entries[side].isDirectory
        else { return }
        let replica = context.replicas[side]
        guard let now = try await replica.entry(at: step.path), now.isSameState(as: entries[side]) else { return }
        try await replica.files.removeFile(step.path)
        var record = Record(local: entries.local, remote: entries.remote, syncedAt: context.now(), state: .tombstone)
        record.entries[side] = nil
        outcome.records.append(.set(step.path, record))
        outcome.changes.append(SyncChange(.deleteSource, step.path, on: side, row: step.decision.row))
    }
}
