/// Both sides are in sync, but for what has changed since the last run.
struct SteadyState: Workload {
    static let room = "sync"

    /// What happens before each run.
    enum Change: Sendable {
        case nothing
        /// Every hundredth local file is rewritten with other contents of the same size and a later time.
        case local
        /// The same, and other files at the server.
        case bothSides
    }

    static let all = [
        SteadyState(
            name: "unchanged", title: "push, nothing changed",
            targets: Targets(sftp: 2.5, ftp: 1.4, ftps: 1.3, slowSFTP: 2.8, slowFTP: 1.8),
            direction: .push, shape: \.unchanged, change: .nothing),
        SteadyState(
            name: "unchanged-many", title: "push, nothing changed, ten times as many",
            targets: Targets(sftp: 1.8, ftp: 1.3, ftps: 1.2, slowSFTP: 7.0, slowFTP: 2.3),
            direction: .push, shape: \.unchangedMany, change: .nothing),
        SteadyState(
            name: "changed", title: "push, 1 % changed",
            targets: Targets(sftp: 2.5, ftp: 1.2, ftps: 1.2, slowSFTP: 3.0, slowFTP: 2.0),
            direction: .push, shape: \.changing, change: .local),
        SteadyState(
            name: "two-way-unchanged", title: "two-way, nothing changed",
            targets: Targets(
                sftp: overBisyncAndUnison, ftp: 1.4, ftps: 1.4, slowSFTP: Target(notBehind: "unison"), slowFTP: 1.8),
            direction: .sync, shape: \.unchanged, change: .nothing),
        SteadyState(
            name: "two-way-changed", title: "two-way, 1 % changed on each side",
            targets: Targets(
                sftp: overBisyncAndUnison, ftp: 2.0, ftps: 2.0, slowSFTP: Target(notBehind: "unison"), slowFTP: 3.0),
            direction: .sync, shape: \.changing, change: .bothSides),
    ]

    private static let overBisyncAndUnison = Target(ratio: 6, notBehind: "unison")

    let name: String
    let title: String
    let targets: Targets
    let direction: SyncDirection
    let shape: @Sendable (Scale) -> TreeShape
    let change: Change

    func entrants(on stage: Stage) async throws -> [Entrant] {
        SyncTool.all.filter { $0.isFor(stage.site.line.wire, direction) }.map { tool in
            let pair = SyncPair(tool, direction, shape(stage.scale), stage, name: "\(name)-\(tool.contestant.name)")
            return Entrant(contestant: tool.contestant) { round in try await trial(pair, round) }
        }
    }

    private func trial(_ pair: SyncPair, _ round: Int) async throws -> Measurement {
        try await pair.settle()
        if change == .nothing { return try await runWithNothingToDo(pair) }
        try pair.change(round, onServer: change == .bothSides)
        let measurement = try await pair.run()
        try requireSame(pair.local, pair.remoteOnDisk)
        return measurement
    }

    private func runWithNothingToDo(_ pair: SyncPair) async throws -> Measurement {
        let before = [pair.local, pair.remoteOnDisk].map(TreeFingerprint.init)
        let measurement = try await pair.run()
        let after = [pair.local, pair.remoteOnDisk].map(TreeFingerprint.init)
        let touched = zip(before, after).map { $0.changes(to: $1) }
        try require(
            touched == [0, 0], "touched \(touched[0]) local and \(touched[1]) remote files of an unchanged tree")
        return measurement
    }
}
