import FileModel
import RemoteFileSystem
import SyncCore

extension RunSession {
    private static let pageSize = 256

    /// Files in flight at once.
    var width: Int {
        if options.isSequential { return 1 }
        // Small files spend their time on the line: enough of them to fill it, or every session twice, since one whose
        // rename is under way holds no session any more.
        let isShared = replicas.remote.capabilities.streamsPerConnection > 1
        if let parallel = options.parallel { return max(1, min(parallel, transfersAtOnce)) }
        return max(1, isShared ? min(256, transfersAtOnce) : 2 * min(25, transfersAtOnce))
    }

    /// What the remote's own limits let be under way. More would queue there, each with its file open.
    private var transfersAtOnce: Int {
        let capabilities = replicas.remote.capabilities
        switch options.mode {
        case .oneWay(from: .local, _): return capabilities.maximumUploads
        case .oneWay(from: .remote, _): return capabilities.maximumDownloads
        case .twoWay: return max(capabilities.maximumDownloads, capabilities.maximumUploads)
        }
    }

    /// Bytes of files in flight, above which no further one is started; what one file takes is bounded by itself.
    private static let mostBytesInFlight: Int64 = 64 << 20
    private static let mostBytesOfOneFile: Int64 = 8 << 20

    func carryOut() async throws(StorageError) {
        replicas.remote.files.expect(calls: min(width, try plan.executableCount()))
        // A run that finds nothing to do leaves the archive as it is, and does not wait for the disk.
        if try !plan.isEmpty() { try archive.updateHeader { $0.runs += 1 } }
        try await settleConflictsByClock()
        let probe = try clockProbe()
        async let reading = ClockProbe.measure(probe)
        try writePlainRecords()
        for phase in [PlanPhase.directories, .renames, .transfers, .fileDeletions, .directoryDeletions, .records] {
            if phase == .records, !options.deletesSource { continue }
            let depths: [Int?] = phase.goesByDepth ? try plan.depths(phase) : [nil]
            for depth in phase == .directoryDeletions ? depths.reversed() : depths {
                try await carryOut(phase, depth)
                guard lostSession == nil else { return try flushRecords() }
            }
        }
        try flushRecords()
        try note(await reading)
        try await afterwards()
    }

    /// Steps that change nothing but the archive.
    private func writePlainRecords() throws(StorageError) {
        var last: Int64 = 0
        while case let steps = try plan.steps(.records, after: last, limit: 1000), let end = steps.last {
            last = end.sequence
            pending.add(steps.compactMap(plainRecord))
            try flushRecords()
        }
    }

    private func plainRecord(_ step: PlannedStep) -> RecordChange? {
        switch step.action {
        case .adopt where options.deletesSource && !step.isDirectory: return nil
        case .adopt:
            guard let local = step.observed.local, let remote = step.observed.remote else { return nil }
            report.counters.adopted += 1
            return .set(step.path, Record(local: local, remote: remote, syncedAt: step.observedAt))
        case .forget:
            return step.note == PlannedStep.onlyItself ? .remove(step.path) : .removeSubtree(step.path)
        default: return nil
        }
    }

    // MARK: - Steps in parallel

    private struct Queue {
        var steps: ArraySlice<PlannedStep> = []
        var last: PlannedStep?
        var nextNumber: Int64 = 0
        var isExhausted = false
    }

    private func carryOut(_ phase: PlanPhase, _ depth: Int?) async throws(StorageError) {
        var queue = Queue()
        let runner = StepRunner(context: context)
        let outcome = await withTaskGroup(of: (Operation, StepOutcome).self) { group in
            do throws(StorageError) {
                var running = 0
                var bytes: Int64 = 0
                while true {
                    while running < width, bytes < Self.mostBytesInFlight, lostSession == nil,
                        !conditions.isStopping, let operation = try next(&queue, phase, depth)
                    {
                        group.addTask { (operation, await runner.run(operation)) }
                        running += 1
                        bytes += Self.weight(operation)
                    }
                    guard let (operation, outcome) = await group.next() else {
                        return Result<Void, StorageError>.success(())
                    }
                    running -= 1
                    bytes -= Self.weight(operation)
                    try note(operation, outcome)
                }
            } catch {
                group.cancelAll()
                return .failure(error)
            }
        }
        try outcome.get()
        if conditions.isStopping || Task.isCancelled { throw .cancelled }
    }

    private static func weight(_ operation: Operation) -> Int64 {
        let observed = operation.step.observed
        return min(max(observed.local?.size ?? 0, observed.remote?.size ?? 0), mostBytesOfOneFile)
    }

    /// The next operation of the phase, with its intent on disk.
    private func next(_ queue: inout Queue, _ phase: PlanPhase, _ depth: Int?) throws(StorageError) -> Operation? {
        while true {
            if queue.steps.isEmpty {
                guard try refill(&queue, phase, depth) else { return nil }
            }
            guard let step = queue.steps.popFirst() else { return nil }
            if phase == .records, step.isDirectory || step.action != .adopt { continue }
            defer { queue.nextNumber += 2 }
            return operation(step, queue.nextNumber)
        }
    }

    private func refill(_ queue: inout Queue, _ phase: PlanPhase, _ depth: Int?) throws(StorageError) -> Bool {
        guard !queue.isExhausted else { return false }
        let steps =
            options.isSequential && !phase.goesByDepth
            ? try plan.stepsByPath(phase, after: queue.last?.path, limit: Self.pageSize)
            : try plan.steps(phase, depth: depth, after: queue.last?.sequence ?? 0, limit: Self.pageSize)
        queue.isExhausted = steps.count < Self.pageSize
        guard let end = steps.last else { return false }
        queue.last = end
        queue.nextNumber = try archive.reserveOperations(2 * steps.count)
        queue.steps = steps[...]
        try addIntents(queue)
        return true
    }

    private func operation(_ step: PlannedStep, _ number: Int64) -> Operation {
        var operation = Operation(step: step, number: number)
        switch step.action {
        case .copy(let from, _):
            if let intent = resumable[from.other][step.path], let source = step.observed[from],
                source.isSameState(as: intent.source)
            {
                operation.resumes = intent
            }
        case .conflict(let winner):
            operation.conflictCopy = StepRunner.conflictCopy(of: step, from: winner.other, at: started, context)
        case .separate(let side):
            operation.conflictCopy = StepRunner.conflictCopy(of: step, from: side, at: started, context)
        default: break
        }
        return operation
    }

    private func addIntents(_ queue: Queue) throws(StorageError) {
        var intents: [Intent] = []
        for (index, step) in queue.steps.enumerated() {
            intents += self.intents(operation(step, queue.nextNumber + Int64(2 * index)))
        }
        try archive.add(intents)
    }

    // MARK: - Results

    private func note(_ operation: Operation, _ outcome: StepOutcome) throws(StorageError) {
        if operation.step.action != .adopt, !outcome.wasCancelled { attempted += 1 }
        var finished = outcome.keepsIntent ? [] : [operation.number, operation.number + 1]
        if let resumed = operation.resumes, !outcome.keepsIntent {
            finished.append(resumed.operation)
            resumable[resumed.side][resumed.path] = nil
        }
        pending.add(outcome.records, finished: finished, touchesLocalDisk: outcome.touchesLocalDisk)
        for change in outcome.changes { note(change) }
        if let problem = outcome.problem { note(problem) }
        if outcome.wasCancelled { conditions.update { $0.isStopping = true } }
        if outcome.lostSession { lostSession = lostSession ?? outcome.problem?.error }
        if pending.isDue { try flushRecords() }
    }

    func note(_ change: SyncChange) {
        report.note(change)
        if change.kind == .deleteSource, let folder = change.path.parent { emptied.insert(folder) }
        observer?.observe(.change(change))
    }

    func note(_ problem: SyncProblem) {
        var problem = problem
        // Whoever carries out a plan wants to know that a part of it could not be.
        if problem.reason == .unstable, options.planFile.carriedOut != nil { problem.isSkip = false }
        if !problem.isSkip, let mainFile, mainFile.matches(problem.path, isDirectory: false) { mainFailed = true }
        report.note(problem)
        observer?.observe(.problem(problem))
    }

    /// Writes what is known to be true. Copies on the local disk must be there to stay before the archive says so.
    func flushRecords() throws(StorageError) {
        let batch = pending.drain()
        if batch.touchesLocalDisk, options.durability == .batch {
            (replicas.local.files as? LocalFileSystem)?.flush()
        }
        try archive.apply(batch.changes, finished: batch.finished)
        let current = conditions.current
        try archive.updateHeader { header in
            header.writesInPlace = current.writesInPlace
            header.isBlind = current.isBlind
            if current.refusesFolderRenames { header.refusesFolderRenames = true }
        }
    }
}
