import FileModel
import RemoteFileSystem
import SyncCore

extension StepRunner {
    /// The winner's content takes the name on both sides, the loser's a name that says what happened.
    func settleConflict(
        _ operation: Operation, winner: Side, _ outcome: inout StepOutcome
    ) async throws(StorageError) {
        let step = operation.step
        let loser = winner.other
        guard var order = order(operation, from: winner) else { return }
        let copyPath = try await freeName(operation, loser)
        order.keep = .at(copyPath)
        guard let entries = try await copied(order, &outcome) else { return }
        outcome.changes.append(
            SyncChange(
                .conflict, step.path, on: loser, bytes: entries[winner].size, row: step.decision.row, target: copyPath))
        try await spreadConflictCopy(copyPath, operation, from: loser, &outcome)
    }

    /// A file and a directory met under one name: the file moves aside, the directory is made beside it.
    func separate(_ operation: Operation, fileOn side: Side, _ outcome: inout StepOutcome) async throws(StorageError) {
        let step = operation.step
        let replica = context.replicas[side]
        guard let planned = step.observed[side], let now = try await replica.entry(at: step.path),
            now.isSameState(as: planned)
        else { return outcome.skip(.unstable) }
        let copyPath = try await freeName(operation, side)
        try await replica.files.rename(step.path, to: copyPath, mode: .keepExisting)
        outcome.records.append(.removeSubtree(step.path))
        try await replica.files.createDirectory(step.path, permissions: nil)
        noteDirectory(step.path, &outcome)
        outcome.changes.append(SyncChange(.separate, step.path, on: side, row: step.decision.row, target: copyPath))
        try await spreadConflictCopy(copyPath, operation, from: side, &outcome)
    }

    /// From here on the copy is an ordinary file; should this fail, the next run finds it new and copies it.
    private func spreadConflictCopy(
        _ path: RemotePath, _ operation: Operation, from side: Side, _ outcome: inout StepOutcome
    ) async throws(StorageError) {
        guard let source = try await context.replicas[side].entry(at: path) else { return }
        let order = CopyOrder(
            sourcePath: path, path: path, from: side, source: source, target: nil,
            temporary: temporary(for: operation.step.path, operation.number + 1, on: side.other))
        let entries = try await context.options.retries.run { () throws(StorageError) in
            try await copied(order, &outcome)
        }
        guard let entries else { return }
        outcome.changes.append(
            SyncChange(.copy, path, on: side.other, bytes: entries[side].size, row: operation.step.decision.row))
    }

    /// The conflict copy's name, changed until neither side has it.
    private func freeName(_ operation: Operation, _ origin: Side) async throws(StorageError) -> RemotePath {
        let step = operation.step
        var candidate = operation.conflictCopy ?? step.path
        for attempt in 1...99 {
            if attempt > 1 || candidate == step.path {
                candidate = Self.conflictCopy(of: step, from: origin, at: context.now(), context, attempt: attempt)
            }
            guard try await context.replicas.local.entry(at: candidate) == nil,
                try await context.replicas.remote.entry(at: candidate) == nil
            else { continue }
            return candidate
        }
        throw StorageError(.alreadyExists, "\(step.path) has too many conflict copies; delete some of them")
    }

    static func conflictCopy(
        of step: PlannedStep, from origin: Side, at time: Timestamp, _ context: TransferContext, attempt: Int = 1
    ) -> RemotePath {
        guard let name = step.path.name, let parent = step.path.parent else { return step.path }
        let limits = [context.replicas.local.limits.maximumLength, context.replicas.remote.limits.maximumLength]
        return parent.appending(
            ConflictCopyName.make(
                for: name, from: origin, at: time, attempt: attempt, maximumLength: limits.min() ?? 255))
    }
}
