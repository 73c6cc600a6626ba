import FileModel
import RemoteFileSystem
import SyncCore

extension ScanContext {
    init(
        _ options: SyncOptions, _ replicas: Sides<Replica>, _ opened: ArchiveFile.Opened,
        now: @escaping @Sendable () -> Timestamp
    ) {
        let time = now()
        rules = ReconcileRules(
            mode: options.mode, conflict: options.conflict, deletes: opened.isRestored ? .never : options.deletes,
            links: options.filter.links, overwrite: options.overwrite,
            isFirstRun: opened.isRestored || !opened.archive.header.hasRun, contentLimit: options.contentLimit,
            now: time)
        rules.comparesSizes = replicas.comparesSizes
        for side in Side.allCases {
            rules.calibration[side].keepsTimes =
                options.keepsTimes && replicas[side].capabilities.modificationTimeSetter != nil
        }
        rules.calibration.remote.skew = .milliseconds(opened.archive.header.clockSkew)
        filter = PathFilter(options.filter, excluded: Set([options.triggerFile].compactMap { $0 }), now: time)
        limits = Sides(local: replicas.local.limits, remote: replicas.remote.limits)
        self.replicas = replicas
        mainFile = options.mainFile.flatMap { GlobPattern($0) }
        emitsUnchanged = options.deletesSource && options.mode != .twoWay
        expectsUploads = options.mode.source != .remote && !options.isDryRun
        explainedPath = options.explainedPath
        retries = options.retries
        self.now = now
    }
}

extension RunSession {
    /// Folders that are listed at the same time, at most.
    static let scanWidth = 64

    func scanBothSides() async throws(StorageError) {
        try await compare([Visit(path: .root, exists: Sides(local: true, remote: true))])
    }

    /// Compares directories, and those below them, many at a time. The pending ones form a stack, so that a wide tree
    /// is walked branch by branch and few wait.
    func compare(_ start: [Visit]) async throws(StorageError) {
        var stack = start
        // With a session for each listing: some more than sessions, since a folder's local half is read meanwhile.
        let width = replicas.remote.capabilities.streamsPerConnection > 1 ? Self.scanWidth : 32
        let outcome = await withTaskGroup(of: Result<VisitResult, StorageError>.self) { group in
            do throws(StorageError) {
                var running = 0
                while true {
                    if conditions.isStopping { throw .cancelled }
                    while running < width, let visit = stack.popLast() {
                        let records = try archive.children(of: visit.path)
                        group.addTask { [scan] in await scan.compare(visit, records) }
                        running += 1
                    }
                    guard let result = await group.next() else { return Result<Void, StorageError>.success(()) }
                    running -= 1
                    let visited = try result.get()
                    stack += visited.children.reversed()
                    try note(visited)
                }
            } catch {
                group.cancelAll()
                return .failure(error)
            }
        }
        try outcome.get()
    }

    private func note(_ visited: VisitResult) throws(StorageError) {
        for step in visited.steps { try plan.add(step) }
        for folder in visited.excludedFolders where try archive.hasRecords(below: folder) {
            try plan.add(
                PlannedStep(
                    path: folder, decision: Decision(.forget, row: 27), observed: Sides(local: nil, remote: nil),
                    recorded: Sides(local: nil, remote: nil), observedAt: started))
        }
        expectTransfers(visited.steps)
        for side in Side.allCases {
            report.counters.listed[side] += visited.listed[side]
            found.temporaries[side].merge(visited.temporaries[side]) { $1 }
            found.hasTrash[side] = found.hasTrash[side] || visited.hasTrash[side]
        }
        found.special += visited.special
        found.findings += visited.findings
        found.mainFiles += visited.mainFiles
        report.counters.directoriesScanned += 1
        observer?.observe(
            .scanning(directories: report.counters.directoriesScanned, listed: report.counters.listed))
    }

    /// Connections for what was found so far are made while the scan goes on; those for a new folder before it is known
    /// what it holds.
    private func expectTransfers(_ steps: [PlannedStep]) {
        let transfers = steps.reduce(0) { $0 + $1.action.likelyTransfers }
        guard transfers > 0, !options.isDryRun, expectedTransfers < width else { return }
        expectedTransfers += transfers
        replicas.remote.files.expect(calls: min(width, expectedTransfers))
    }
}

extension Action {
    /// Files that are copied; of a folder that one side lacks, as many as it is likely to hold at least.
    fileprivate var likelyTransfers: Int {
        if case .createDirectory = self { return 5 }
        return sources.isEmpty ? 0 : 1
    }
}
