import Glibc
import TestServers
import Testing
import SeededRandom

/// A folder here and a folder on a server that are edited at random and synchronised, with what has to survive.
struct SyncHistory {
    let site: RemoteSite
    let local: DiskPath
    let remote: DiskPath
    private let seed: UInt64
    private let command: [String]
    private(set) var edits: RandomEdits
    /// Runs that had not ended when they were killed.
    private(set) var killed = 0
    private var written: Set<[UInt8]> = []
    /// Contents that an edit replaced or deleted on the side where it was made: only these may go.
    private var superseded: Set<[UInt8]> = []
    private var place = ""

    init(_ kind: SiteKind, seed: UInt64) async throws {
        self.seed = seed
        site = try await RemoteSite(kind)
        local = site.workplace.path("local")
        remote = site.disk / "tree"
        try local.makeDirectory()
        let url = try site.makeRoot("tree")
        let links = kind == .sftp
        command = ["sync", "\(local)", url, "-o", "filter.symlinks=\(links ? "link" : "skip")", "--json"]
        edits = RandomEdits(generator: SeededGenerator(seed: seed), takesLinks: links)
        // A side that has become empty is asked about, which is not what these histories are for.
        try (local / "anchor").write([1, 2, 3])
        try (local / "anchor").setModified(SampleTree.modified)
    }

    var generator: SeededGenerator {
        get { edits.generator }
        set { edits.generator = newValue }
    }

    mutating func edit() throws {
        for _ in 0..<Int.random(in: 1...8, using: &edits.generator) {
            let isLocal = Bool.random(using: &edits.generator)
            let side = isLocal ? local : remote
            let before = try TreeSnapshot(side).contents
            try edits.edit(side, owner: isLocal ? getuid() : site.server.ownerID)
            let after = try TreeSnapshot(side).contents
            written.formUnion(after.subtracting(before))
            superseded.formUnion(before.subtracting(after))
        }
    }

    /// Kills the program within the time that a run takes.
    mutating func runKilled(after delay: Duration) async throws {
        let process = try site.start(command)
        _ = await process.wait(within: delay)
        process.signal(SIGKILL)
        if await process.wait(within: .seconds(10)) == .signalled(SIGKILL) { killed += 1 }
    }

    /// Plain runs until nothing is left to do, at most three.
    mutating func converge(_ place: String) async throws {
        self.place = "\(site.kind), seed \(seed), \(place)"
        var first = try await run()
        // Folders that are deleted with much in them are asked about, too.
        if first.status == .exited(4) { first = try await run(["--max-delete", "off", "--force"]) }
        #expect(
            first.status == .exited(0) || first.status == .exited(6), "\(self.place): \(first.output) \(first.errors)")
        let (here, there) = (try TreeSnapshot(local), try TreeSnapshot(remote))
        let second = try await run()
        #expect(second.status == .exited(0), "\(self.place): \(second.output) \(second.errors)")
        #expect(try RunSummary(second.output).changes == 0, "\(self.place): \(second.output)")
        #expect(try TreeSnapshot(local).visible == here.visible, "\(self.place): a second run changed this side")
        #expect(try TreeSnapshot(remote).visible == there.visible, "\(self.place): a second run changed that side")
        expectLaws(here, there, first)
    }

    private func run(_ more: [String] = []) async throws -> CommandResult { try await site.syncctl(command + more) }

    private func expectLaws(_ here: TreeSnapshot, _ there: TreeSnapshot, _ run: CommandResult) {
        let lost = written.subtracting(superseded).subtracting(here.contents).subtracting(there.contents)
        #expect(lost.isEmpty, "\(place): lost \(lost.map(words)) \(story(run))")
        let (left, right) = (here.kinds(withLinks: site.kind == .sftp), there.kinds(withLinks: site.kind == .sftp))
        let differing = Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }
        #expect(differing.isEmpty, "\(place): differ at \(differing.map(words)) \(story(run))")
        let twice = here.duplicates.union(there.duplicates).subtracting(edits.moved)
        #expect(twice.isEmpty, "\(place): twice \(twice.map(words)) \(story(run))")
        #expect(here.temporaryNames + there.temporaryNames == [], "\(place) \(story(run))")
    }

    private func words(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(60), as: UTF8.self) }

    private func story(_ run: CommandResult) -> String {
        "\n" + edits.trace.suffix(40).joined(separator: "\n") + "\n" + run.output + run.errors
    }
}
