import FileModel
import RemoteFileSystem
import SyncCore

extension StepRunner {
    func createDirectory(_ step: PlannedStep, on side: Side, _ outcome: inout StepOutcome) async throws(StorageError) {
        try await makeDirectory(step.path, on: side)
        noteDirectory(step.path, &outcome)
        outcome.changes.append(SyncChange(.createDirectory, step.path, on: side, row: step.decision.row))
    }

    func noteDirectory(_ path: RemotePath, _ outcome: inout StepOutcome) {
        let directory = Entry(type: .directory)
        outcome.records.append(.set(path, Record(local: directory, remote: directory, syncedAt: context.now())))
    }

    /// Makes a directory, and those above it that are not part of the synchronisation themselves.
    private func makeDirectory(_ path: RemotePath, on side: Side) async throws(StorageError) {
        if let obstacle = context.conditions.obstacle(to: path, on: side) { throw obstacle }
        let replica = context.replicas[side]
        do throws(StorageError) {
            try await replica.files.createDirectory(path, permissions: nil)
        } catch {
            switch error.code {
            case .alreadyExists:
                if try await replica.entry(at: path)?.isDirectory == true { return }
            case .notFound:
                guard let parent = path.parent, !parent.isRoot else { break }
                try await makeDirectory(parent, on: side)
                return try await replica.files.createDirectory(path, permissions: nil)
            default: break
            }
            if !error.isSessionFault { context.conditions.update { $0.missing[side].insert(path) } }
            throw error
        }
    }

    /// A file on one side became a directory on the other.
    func replaceWithDirectory(
        _ step: PlannedStep, on side: Side, _ outcome: inout StepOutcome
    ) async throws(StorageError) {
        let replica = context.replicas[side]
        guard let planned = step.observed[side], let now = try await replica.entry(at: step.path),
            now.isSameState(as: planned)
        else { return outcome.skip(.unstable) }
        if context.options.deletes == .permanent {
            try await replica.files.removeFile(step.path)
        } else {
            try await context.trash[side].take(step.path)
        }
        // The whole step could not be repeated: what it looks for is gone.
        try await context.options.retries.run { () throws(StorageError) in
            try await makeDirectory(step.path, on: side)
        }
        noteDirectory(step.path, &outcome)
        outcome.changes.append(SyncChange(.replace, step.path, on: side, row: step.decision.row))
    }

    /// A directory on one side became a file on the other: the tree goes to trash whole, whatever the user chose for
    /// deletions, since nobody looked at each of its files again.
    func replaceWithFile(
        _ operation: Operation, on side: Side, _ outcome: inout StepOutcome
    ) async throws(StorageError) {
        let step = operation.step
        guard try await context.replicas[side].entry(at: step.path)?.isDirectory == true,
            var order = order(operation, from: side.other)
        else { return outcome.skip(.unstable) }
        try await context.trash[side].take(step.path)
        outcome.records.append(.removeSubtree(step.path))
        order.target = nil
        let entries = try await context.options.retries.run { () throws(StorageError) in
            try await copied(order, &outcome)
        }
        guard let entries else { return }
        outcome.changes.append(
            SyncChange(.replace, step.path, on: side, bytes: entries[side].size, row: step.decision.row))
    }
}
