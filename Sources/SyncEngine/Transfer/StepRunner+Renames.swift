import FileModel
import RemoteFileSystem
import SyncCore

extension StepRunner {
    /// Renames on `side` what was renamed on the other one; what was edited besides follows as a copy.
    func rename(
        _ operation: Operation, on side: Side, thenCopyFrom source: Side?, _ outcome: inout StepOutcome
    ) async throws(StorageError) {
        let step = operation.step
        let replica = context.replicas[side]
        guard let origin = step.origin, let planned = step.observed[side], let renamed = step.observed[side.other],
            let now = try await replica.entry(at: origin), now.isSameState(as: planned),
            try await context.replicas[side.other].entry(at: origin) == nil,
            try await context.replicas[side.other].entry(at: step.path)?.isSameState(as: renamed) == true
        else { return outcome.skip(.unstable) }
        do throws(StorageError) {
            try await replica.files.rename(origin, to: step.path, mode: .keepExisting)
        } catch  where !error.isSessionFault {
            if planned.isDirectory {
                context.conditions.update { $0.refusesFolderRenames = true }
                throw error
            }
            return try await copyInstead(operation, from: side.other, &outcome)
        }
        outcome.changes.append(
            SyncChange(.rename, origin, on: side, row: step.decision.row, target: step.path))
        if planned.isDirectory { return outcome.records.append(.moveSubtree(origin, to: step.path)) }
        noteRename(step, from: origin, entry: planned, on: side, &outcome)
        try await copyEdit(operation, from: source, renamedOn: side, &outcome)
    }

    /// The record says what both names' sides held before any edit, so that the edit is still seen as one.
    private func noteRename(
        _ step: PlannedStep, from origin: RemotePath, entry: Entry, on side: Side, _ outcome: inout StepOutcome
    ) {
        var record = Record(local: nil, remote: nil, syncedAt: step.observedAt)
        record.entries[side] = Self.sameState(step.recorded[side], entry) ? entry : step.recorded[side]
        let other = step.observed[side.other]
        record.entries[side.other] =
            Self.sameState(step.recorded[side.other], other) ? other : step.recorded[side.other]
        outcome.records += [.remove(origin), .set(step.path, record)]
    }

    private static func sameState(_ left: Entry?, _ right: Entry?) -> Bool {
        guard let left, let right else { return false }
        return left.isSameState(as: right)
    }

    private func copyEdit(
        _ operation: Operation, from source: Side?, renamedOn side: Side, _ outcome: inout StepOutcome
    ) async throws(StorageError) {
        guard let source, var order = order(operation, from: source) else { return }
        order.keep = keep(.unsynced)
        let entries = try await context.options.retries.run { () throws(StorageError) in
            try await copied(order, &outcome)
        }
        guard let entries else { return }
        outcome.changes.append(
            SyncChange(
                .copy, operation.step.path, on: source.other, bytes: entries[source].size,
                row: operation.step.decision.row))
    }

    /// A server that does not rename gets a copy; the old name is deleted by the next run.
    private func copyInstead(
        _ operation: Operation, from side: Side, _ outcome: inout StepOutcome
    ) async throws(StorageError) {
        guard var order = order(operation, from: side) else { return }
        order.target = nil
        guard let entries = try await copied(order, &outcome) else { return }
        outcome.changes.append(
            SyncChange(
                .copy, operation.step.path, on: side.other, bytes: entries[side].size, row: operation.step.decision.row)
        )
    }
}
