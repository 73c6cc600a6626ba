import FileModel
import RemoteFileSystem
import SyncCore

extension RunSession {
    // MARK: - Evidence

    /// Looks up what listings could not tell, and decides again.
    func decideOpenSteps() async throws(StorageError) {
        var last: Int64 = 0
        while true {
            let steps = try plan.steps(.open, after: last)
            guard let end = steps.last else { return }
            last = end.sequence
            let contents = try await compareContents(steps.filter { $0.action == .compareContent })
            for step in steps {
                if case .examineSubtree(let side) = step.action {
                    let verdict = try await examineSubtree(step.path, on: side)
                    try await decide(step, Evidence(subtree: verdict))
                } else {
                    try await decide(step, Evidence(content: contents[step.path] ?? .unavailable))
                }
            }
        }
    }

    private func compareContents(_ steps: [PlannedStep]) async throws(StorageError) -> [RemotePath: Evidence.Content] {
        let comparison = ContentComparison(replicas: replicas)
        let retries = options.retries
        var waiting = steps[...]
        let outcome = await withTaskGroup(of: (RemotePath, Result<Evidence.Content, StorageError>).self) { group in
            var contents: [RemotePath: Evidence.Content] = [:]
            var running = 0
            while true {
                while running < 16, !conditions.isStopping, let step = waiting.popFirst() {
                    group.addTask { await Self.compare(step, comparison, retries) }
                    running += 1
                }
                guard let (path, result) = await group.next() else { return Result<_, StorageError>.success(contents) }
                running -= 1
                switch result {
                case .success(let content): contents[path] = content
                case .failure(let error):
                    group.cancelAll()
                    return .failure(error)
                }
            }
        }
        if conditions.isStopping { throw .cancelled }
        return try outcome.get()
    }

    private static func compare(
        _ step: PlannedStep, _ comparison: ContentComparison, _ retries: RetryPolicy
    ) async -> (RemotePath, Result<Evidence.Content, StorageError>) {
        let type = step.observed.local?.type ?? .regular
        do throws(StorageError) {
            return (
                step.path,
                .success(
                    try await retries.run { () throws(StorageError) in
                        try await comparison.compare(step.path, type: type)
                    })
            )
        } catch {
            return (step.path, .failure(error))
        }
    }

    /// Whether a whole tree is as the archive has it, nothing added, nothing missing.
    private func examineSubtree(_ path: RemotePath, on side: Side) async throws(StorageError) -> Evidence.Subtree {
        var pending = [path]
        while let directory = pending.popLast() {
            let listing: Listing
            do throws(StorageError) {
                listing = try await replicas[side].listing(of: directory)
            } catch {
                if error.isSessionFault { throw error }
                return .unknown
            }
            let records = try archive.children(of: directory)
            guard listing.items.map(\.name) == records.map(\.name) else { return .changed }
            for (item, known) in zip(listing.items, records) {
                let change = Change(
                    .present(item.entry), since: known.record.entries[side], syncedAt: known.record.syncedAt)
                guard change == .unchanged else { return .changed }
                if item.entry.isDirectory { pending.append(directory.appending(item.name)) }
            }
        }
        return .unchanged
    }

    private func decide(_ step: PlannedStep, _ evidence: Evidence) async throws(StorageError) {
        var step = step
        let isRecorded = step.recorded.local != nil || step.recorded.remote != nil
        let state = PathState(
            local: step.observed.local.map(Observation.present) ?? .absent,
            remote: step.observed.remote.map(Observation.present) ?? .absent,
            record: isRecorded ? try archive.record(at: step.path) : nil,
            isConflictCopy: step.path.name.map { ConflictCopyName.isConflictCopy($0) } ?? false)
        step.decision = reconcile(state, scan.rules, evidence)
        try plan.replace(step)
        if case .separate(let fileSide) = step.action {
            let exists = Sides(local: fileSide == .remote, remote: fileSide == .local)
            try await compare([Visit(path: step.path, exists: exists, disregardsRecords: true)])
        }
    }

    // MARK: - The plan as a whole

    /// A directory deleted on one side stays where something inside it is to be kept: it is made again instead.
    func settleDirectoryRemovals() throws(StorageError) {
        for depth in try plan.depths(.directoryDeletions).reversed() {
            var last: Int64 = 0
            while case let steps = try plan.steps(.directoryDeletions, depth: depth, after: last),
                let end = steps.last
            {
                last = end.sequence
                for step in steps { try settle(step) }
            }
        }
    }

    private func settle(_ step: PlannedStep) throws(StorageError) {
        guard case .remove(let side) = step.action,
            try plan.bringsSomething(to: side.other, below: step.path)
        else { return }
        var step = step
        step.decision = Decision(.createDirectory(on: side.other), row: side == .remote ? 12 : 13)
        try plan.replace(step)
    }

    /// A side whose clock or zone moved has not changed: its records take the new times.
    func rebaseShiftedTimes() throws(StorageError) {
        for side in Side.allCases {
            let files = try archive.countFiles(side)
            guard let shift = try plan.timeShift(side, tracked: files) else { continue }
            let count = try plan.rebase(side, shift: shift)
            guard count > 0 else { continue }
            warn(
                "the times of \(count) files on the \(side.rawValue) side moved by \(shift) seconds and nothing else "
                    + "changed: taken as a moved clock or time zone, and not transferred")
        }
    }

    var guards: Guards {
        Guards(
            deleteLimit: options.deleteLimit, allowsEmptySide: options.allowsEmptySide,
            allowsOverwrites: options.force)
    }

    func runTotals() throws(StorageError) -> RunTotals {
        var totals = RunTotals()
        totals.tracked = tracked
        totals.listed = report.counters.listed
        totals.deletes = report.plan.deletes
        totals.overwrites = report.plan.overwrites
        return totals
    }
}
