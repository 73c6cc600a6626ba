/// Everything is on one side and nothing on the other.
struct FreshTransfer: Workload {
    static let room = "sync"
    static let all = [
        FreshTransfer(
            name: "push-small", title: "push small files",
            targets: Targets(sftp: 2.0, ftp: 1.2, ftps: 1.2, slowSFTP: 4.0, slowFTP: 3.0),
            direction: .push, source: smallFiles),
        FreshTransfer(
            name: "pull-small", title: "pull small files",
            targets: Targets(sftp: 3.0, ftp: 1.4, ftps: 1.3, slowSFTP: 5.0, slowFTP: 2.6),
            direction: .pull, source: smallFiles),
        FreshTransfer(
            name: "push-big", title: "push one big file",
            targets: Targets(sftp: 1.0, ftp: 1.0, ftps: 1.0, slowSFTP: 2.2, slowFTP: 1.0),
            direction: .push, source: bigFile),
        FreshTransfer(
            name: "pull-big", title: "pull one big file",
            targets: Targets(sftp: 1.2, ftp: 1.0, ftps: 1.0, slowSFTP: 2.2, slowFTP: 1.0),
            direction: .pull, source: bigFile),
    ]

    let name: String
    let title: String
    let targets: Targets
    let direction: SyncDirection
    /// Makes the source folder; its name below the dataset's root.
    let source: @Sendable (Dataset, Scale) throws -> String

    private static let smallFiles: @Sendable (Dataset, Scale) throws -> String = { try $0.tree($1.transferred) }
    private static let bigFile: @Sendable (Dataset, Scale) throws -> String = { try $0.bigFile($1.bigFile) }

    func entrants(on stage: Stage) async throws -> [Entrant] {
        SyncTool.all.filter { $0.isFor(stage.site.line.wire, direction) }.map { tool in
            Entrant(contestant: tool.contestant) { _ in
                direction == .pull ? try await pull(tool, stage) : try await push(tool, stage)
            }
        }
    }

    private func push(_ tool: SyncTool, _ stage: Stage) async throws -> Measurement {
        let from = "\(stage.local.root)/\(try source(stage.local, stage.scale))"
        let name = stage.newName()
        let destination = stage.site.onDisk(name)
        try Disk.makeFolder(destination, owner: stage.remote.owner)
        defer { Disk.remove(destination) }
        let measurement = try await run(tool, stage, local: from, remote: name)
        try requireSame(from, destination)
        return measurement
    }

    private func pull(_ tool: SyncTool, _ stage: Stage) async throws -> Measurement {
        let name = try source(stage.remote, stage.scale)
        let destination = try stage.work.fresh("pulled")
        defer { Disk.remove(destination) }
        let measurement = try await run(tool, stage, local: destination, remote: name)
        try requireSame(stage.site.onDisk(name), destination)
        return measurement
    }

    private func run(
        _ tool: SyncTool, _ stage: Stage, local: String, remote: String
    ) async throws -> Measurement {
        let job = SyncJob(
            site: stage.site, programs: stage.programs, local: local, remote: stage.site.onServer(remote),
            state: try stage.work.fresh("state"))
        return try await stage.stopwatch.measure(tool.command(direction, job))
    }
}

extension SyncTool {
    func isFor(_ wire: WireProtocol, _ direction: SyncDirection) -> Bool {
        protocols.contains(wire) && directions.contains(direction)
    }
}
