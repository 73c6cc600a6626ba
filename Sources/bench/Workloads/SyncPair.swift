import Glibc
import Synchronization

/// Two equal folders that belong to one program, with its memory of them.
final class SyncPair: Sendable {
    let local: String
    let remoteOnDisk: String
    private let tool: SyncTool
    private let direction: SyncDirection
    private let shape: TreeShape
    private let stage: Stage
    private let name: String
    private let isSettled = Mutex(false)

    init(_ tool: SyncTool, _ direction: SyncDirection, _ shape: TreeShape, _ stage: Stage, name: String) {
        self.tool = tool
        self.direction = direction
        self.shape = shape
        self.stage = stage
        self.name = name
        local = stage.work("pairs/\(name)")
        remoteOnDisk = stage.site.onDisk(name)
    }

    deinit {
        Disk.remove(local)
        Disk.remove(remoteOnDisk)
        Disk.remove(state)
    }

    private var state: String { stage.work("state-\(name)") }

    /// Makes the folders and lets the program see them for the first time. Later calls do nothing.
    func settle() async throws {
        guard !isSettled.withLock({ $0 }) else { return }
        try Disk.makeFolder(state)
        try Tree.make(shape, at: local, owner: getuid(), modified: Dataset.modified)
        try Tree.make(shape, at: remoteOnDisk, owner: stage.remote.owner, modified: Dataset.modified)
        _ = try await stage.stopwatch.measure((tool.firstCommand ?? tool.command)(direction, job))
        try requireSame(local, remoteOnDisk)
        isSettled.withLock { $0 = true }
    }

    func run() async throws -> Measurement {
        try await stage.stopwatch.measure(tool.command(direction, job))
    }

    private var job: SyncJob {
        SyncJob(
            site: stage.site, programs: stage.programs, local: local, remote: stage.site.onServer(name),
            state: state, isUpdate: true)
    }

    /// Rewrites every hundredth file, later than in the round before: by a time that nobody takes for a time zone or
    /// for daylight saving (unison believes files that differ by one hour to be the same).
    func change(_ round: Int, onServer: Bool) throws {
        for index in stride(from: 0, to: shape.files, by: 100) {
            try rewrite("\(local)/\(shape.path(index))", round, owner: nil)
            if onServer, index + 50 < shape.files {
                try rewrite("\(remoteOnDisk)/\(shape.path(index + 50))", round, owner: stage.remote.owner)
            }
        }
    }

    private func rewrite(_ path: String, _ round: Int, owner: UInt32?) throws {
        try StampedFile.write(
            path, size: shape.fileSize, version: UInt64(round), owner: owner,
            modified: Dataset.modified + round * 5000)
    }
}
