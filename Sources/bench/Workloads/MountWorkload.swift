import Glibc

/// A command on a freshly mounted folder.
struct MountWorkload: Workload {
    static let room = "mount"

    let name: String
    let title: String
    let targets: Targets
    var tools: [MountTool] = [.syncctl, .sshfs, .rclone]
    /// Whether the same command on the server's own disk is shown as well.
    var hasLocalReference = false
    /// Makes the files that the command needs, before the folder is mounted.
    let arrange: @Sendable (MountTrial) async throws -> Void
    /// Runs first on the same mount, and is not measured.
    var before: (@Sendable (MountTrial) throws -> CommandLine)?
    let command: @Sendable (MountTrial) throws -> CommandLine
    /// Whether the server has everything.
    var isSettled: @Sendable (MountTrial) throws -> Bool = { _ in true }
    /// Runs after the folder was unmounted.
    let verify: @Sendable (MountTrial) throws -> Void

    func entrants(on stage: Stage) async throws -> [Entrant] {
        let tools = tools.filter { $0.protocols.contains(stage.site.line.wire) }
        guard tools.contains(where: { $0.contestant.role == .ours }) else { return [] }
        var entrants = tools.map { tool in
            Entrant(contestant: tool.contestant) { _ in try await run(tool, on: stage) }
        }
        if hasLocalReference {
            entrants.append(
                Entrant(contestant: .reference(Target.localDisk)) { _ in try await runLocally(on: stage) })
        }
        return entrants
    }

    private func run(_ tool: MountTool, on stage: Stage) async throws -> Measurement {
        let name = stage.newName()
        let trial = MountTrial(stage: stage, mountpoint: stage.work("mount-\(name)"), scratch: name)
        defer { trial.cleanUp() }
        try await arrange(trial)
        let job = MountJob(
            site: stage.site, programs: stage.programs, mountpoint: trial.mountpoint,
            state: try stage.work.fresh("state"))
        let mount = try await MountedFolder(tool.command(job), at: trial.mountpoint, probe: stage.remote.emptyFolder())
        let measurement: Measurement
        do {
            measurement = try await work(trial, on: mount)
            try await mount.unmount()
        } catch {
            await mount.abandon()
            throw error
        }
        try verify(trial)
        return measurement
    }

    private func work(_ trial: MountTrial, on mount: MountedFolder) async throws -> Measurement {
        let stopwatch = trial.stage.stopwatch
        if let before = try before?(trial) {
            _ = try await stopwatch.measure(before, daemon: mount.pid, abort: { await mount.abandon() })
        }
        return try await stopwatch.measure(
            try command(trial), daemon: mount.pid, until: { try isSettled(trial) }, abort: { await mount.abandon() })
    }

    private func runLocally(on stage: Stage) async throws -> Measurement {
        let trial = MountTrial(stage: stage, mountpoint: stage.site.server.root, scratch: stage.newName())
        defer { trial.cleanUp() }
        try await arrange(trial)
        let measurement = try await stage.stopwatch.measure(try command(trial))
        try verify(trial)
        return measurement
    }
}

/// One mount and its files.
struct MountTrial: Sendable {
    let stage: Stage
    let mountpoint: String
    /// A folder of the server that belongs to this trial.
    let scratch: String

    var scale: Scale { stage.scale }
    var remote: Dataset { stage.remote }
    var local: Dataset { stage.local }

    func mounted(_ path: String) -> String { "\(mountpoint)/\(path)" }
    func onDisk(_ path: String) -> String { stage.site.onDisk(path) }
    func localPath(_ path: String) -> String { "\(local.root)/\(path)" }

    func makeScratch() throws { try Disk.makeFolder(onDisk(scratch), owner: remote.owner) }

    func cleanUp() { Disk.remove(onDisk(scratch)) }

    /// The output of a reader.
    func verifyRead(files: Int, bytes: Int) throws {
        let found = stage.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        try require(found == [files, bytes], "read \(found) (files, bytes) instead of \([files, bytes])")
    }
}
