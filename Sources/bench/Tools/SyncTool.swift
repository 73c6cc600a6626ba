/// Which way files go.
enum SyncDirection: String, Sendable {
    case push, pull
    /// Both ways.
    case sync
}

/// A program that makes two folders equal.
struct SyncTool: Sendable {
    let contestant: Contestant
    let protocols: Set<WireProtocol>
    let directions: Set<SyncDirection>
    let command: @Sendable (SyncDirection, SyncJob) -> CommandLine
    /// The first run on a pair of folders, where that is another one.
    let firstCommand: (@Sendable (SyncDirection, SyncJob) -> CommandLine)?

    init(
        _ contestant: Contestant, _ protocols: Set<WireProtocol>, _ directions: Set<SyncDirection>,
        first: (@Sendable (SyncDirection, SyncJob) -> CommandLine)? = nil,
        command: @escaping @Sendable (SyncDirection, SyncJob) -> CommandLine
    ) {
        self.contestant = contestant
        self.protocols = protocols
        self.directions = directions
        self.command = command
        firstCommand = first
    }
}

/// What a synchronisation is told.
struct SyncJob: Sendable {
    let site: Site
    let programs: Programs
    let local: String
    /// A folder as the server's clients name it.
    let remote: String
    /// A folder for what the program wants to remember between runs.
    let state: String
    /// Whether both sides are there already; otherwise the destination is empty.
    var isUpdate = false
}

extension SyncTool {
    static let everywhere = Set(WireProtocol.allCases)

    /// All that take part; a row picks by protocol and direction.
    static let all = [syncctl, rclone, rcloneParallel, bisync, bisyncParallel, lftp, rsync, unison]

    static let syncctl = SyncTool(.ours(), everywhere, [.push, .pull, .sync]) { direction, job in
        let url = SyncctlOptions.url(job.site, job.remote)
        let ends = direction == .pull ? [url, job.local] : [job.local, url]
        return CommandLine(
            [job.programs.syncctl, direction.rawValue] + ends + ["--no-progress"]
                + SyncctlOptions.words(job.site, state: job.state),
            environment: SyncctlOptions.environment(job.site))
    }
}
