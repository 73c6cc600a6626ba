import FileModel
import RemoteFileSystem
import SyncCore

/// Executes one step: checks again that both sides are as planned, acts, and says what is true now.
struct StepRunner: Sendable {
    let context: TransferContext

    /// Never throws: a path's failure is a problem of that path.
    func run(_ operation: Operation) async -> StepOutcome {
        var firstError: StorageError?
        var repetitions = 0
        while true {
            var outcome = StepOutcome(operation.step)
            do throws(StorageError) {
                try await perform(operation, isRepetition: repetitions > 0, &outcome)
                if let firstError, outcome.changes.isEmpty, outcome.problem != nil {
                    outcome.problem = SyncProblem(operation.step.path, firstError)
                    outcome.keepsIntent = true
                }
                return outcome
            } catch {
                let policy = context.options.retries
                guard error.isTransient, repetitions < policy.count, outcome.changes.isEmpty,
                    !context.conditions.isStopping
                else {
                    return failed(outcome, error)
                }
                firstError = firstError ?? error
                repetitions += 1
                context.observer?.observe(.retrying(path: operation.step.path, error))
                guard (try? await Task.sleep(for: policy.wait(before: repetitions))) != nil else {
                    return failed(outcome, .cancelled)
                }
            }
        }
    }

    private func failed(_ outcome: StepOutcome, _ error: StorageError) -> StepOutcome {
        var outcome = outcome
        outcome.keepsIntent = error.isSessionFault
        outcome.wasCancelled = error.code == .cancelled
        outcome.lostSession = error.isSessionFault && error.code != .cancelled
        if error.code != .cancelled { outcome.problem = SyncProblem(outcome.step.path, error) }
        return outcome
    }

    private func perform(
        _ operation: Operation, isRepetition: Bool, _ outcome: inout StepOutcome
    ) async throws(StorageError) {
        let step = operation.step
        switch step.action {
        case .copy(let from, let displaced):
            try await copy(operation, from: from, displaced, isRepetition: isRepetition, &outcome)
        case .createDirectory(let side): try await createDirectory(step, on: side, &outcome)
        case .rename(let side, let source): try await rename(operation, on: side, thenCopyFrom: source, &outcome)
        case .remove(let side): try await remove(step, from: side, &outcome)
        case .replaceWithDirectory(let side): try await replaceWithDirectory(step, on: side, &outcome)
        case .replaceWithFile(let side): try await replaceWithFile(operation, on: side, &outcome)
        case .conflict(let winner): try await settleConflict(operation, winner: winner, &outcome)
        case .separate(let side): try await separate(operation, fileOn: side, &outcome)
        case .adopt: try await adoptAndDeleteSource(step, &outcome)
        case .nothing, .forget, .skip, .compareContent, .examineSubtree: return
        }
    }

    // MARK: - Copies

    private func copy(
        _ operation: Operation, from side: Side, _ displaced: Displaced, isRepetition: Bool,
        _ outcome: inout StepOutcome
    ) async throws(StorageError) {
        let step = operation.step
        guard var order = order(operation, from: side) else { return }
        order.keep = keep(displaced)
        order.mayResume = isRepetition || operation.resumes != nil
        if let resumed = operation.resumes { order.temporary = resumed.temporary }
        guard let entries = try await copied(order, &outcome) else { return }
        outcome.changes.append(
            SyncChange(.copy, step.path, on: side.other, bytes: entries[side].size, row: step.decision.row))
        try await finishSource(step, entries, &outcome)
    }

    func order(_ operation: Operation, from side: Side) -> CopyOrder? {
        let step = operation.step
        guard let source = step.observed[side] else { return nil }
        return CopyOrder(
            sourcePath: step.path, path: step.path, from: side, source: source, target: step.observed[side.other],
            temporary: temporary(for: step.path, operation.number, on: side.other))
    }

    func temporary(for path: RemotePath, _ number: Int64, on side: Side) -> RemotePath {
        guard let name = path.name, let parent = path.parent else { return path }
        let replica = context.replicas[side]
        return parent.appending(
            replica.names.temporary(for: name, operation: number, maximumLength: replica.limits.maximumLength))
    }

    /// What has to happen to replaced content; nothing where the user switched that off.
    func keep(_ displaced: Displaced) -> CopyOrder.Keep {
        if context.options.deletes == .permanent { return .nothing }
        if context.options.mode != .twoWay, context.options.overwrite == .always { return .nothing }
        return switch displaced {
        case .nothing: .nothing
        case .superseded: .inTrashIfLinkable
        case .unsynced: .inTrash
        }
    }

    /// Runs the copy and notes the record it leads to.
    func copied(_ order: CopyOrder, _ outcome: inout StepOutcome) async throws(StorageError) -> Sides<Entry>? {
        switch try await FileCopier(context: context, order: order).run() {
        case .changedMeanwhile:
            outcome.skip(.unstable)
            return nil
        case .copied(let entries):
            if outcome.step.recorded.local?.isDirectory == true || outcome.step.recorded.remote?.isDirectory == true {
                outcome.records.append(.removeSubtree(order.path))
            }
            outcome.records.append(
                .set(order.path, Record(local: entries.local, remote: entries.remote, syncedAt: context.now())))
            return entries
        }
    }
}
