import FileModel
import Foundation
import RemoteFileSystem
import SyncCore
import SyncEngine
import Synchronization
import Testing
import SeededRandom

/// Random edits on both sides, runs that are cut short at random, and a naive model of what must survive.
private struct History {
    let bench: SyncBench
    var generator: SeededGenerator
    private var count = 0
    /// Every content that was ever written.
    private(set) var written: Set<String> = []
    /// Contents that an edit replaced or deleted on the side where it was made: only these may go.
    private(set) var superseded: Set<String> = []

    init(bench: SyncBench, generator: SeededGenerator) {
        self.bench = bench
        self.generator = generator
    }

    var mustSurvive: Set<String> { written.subtracting(superseded) }

    private static let names = ["a", "b", "sub/c", "sub/d", "sub/deep/e", "x y", "caf\u{E9}", "sub/-f"]

    mutating func edit() async throws {
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let isLocal = Bool.random(using: &generator)
            let before = try await contents(isLocal)
            try await editOnce(isLocal)
            let after = try await contents(isLocal)
            written.formUnion(after.subtracting(before))
            superseded.formUnion(before.subtracting(after))
            bench.wait(Int64.random(in: 5...30, using: &generator))
        }
        bench.wait()
    }

    private func contents(_ isLocal: Bool) async throws -> Set<String> {
        let tree = isLocal ? try bench.localTree() : try await bench.remoteTree()
        return Set(tree.filter { !$0.key.hasSuffix("/") }.values)
    }

    private mutating func editOnce(_ isLocal: Bool) async throws {
        let name = Self.names.randomElement(using: &generator) ?? "a"
        switch Int.random(in: 0..<12, using: &generator) {
        case 0..<6: await write(name, isLocal)
        case 6, 7: await delete(name, isLocal)
        case 8:
            await delete(name, isLocal)
            await write(name + "/inside", isLocal)
        case 9: await delete("sub", isLocal)
        default: await rename(name, to: Self.names.randomElement(using: &generator) ?? "b", isLocal)
        }
    }

    /// Does nothing where a folder is in the way.
    private mutating func write(_ name: String, _ isLocal: Bool) async {
        count += 1
        let content = "content \(count)" + String(repeating: ".", count: Int.random(in: 0..<40, using: &generator))
        if isLocal { try? bench.write(name, content) } else { try? await bench.writeRemote(name, content) }
    }

    /// A file that was renamed before the other side knew of it, or on both sides at once, may end under two names.
    private(set) var hasRenamed = false

    private mutating func rename(_ name: String, to target: String, _ isLocal: Bool) async {
        guard let old = try? RemotePath(name), let new = try? RemotePath(target), old != new else { return }
        hasRenamed = true
        let files: any RemoteFileSystem
        if isLocal, let local = try? LocalFileSystem(bench.local) { files = local } else { files = bench.remote }
        try? await files.rename(old, to: new, mode: .keepExisting)
    }

    private func delete(_ name: String, _ isLocal: Bool) async {
        if isLocal { try? bench.delete(name) } else { try? await bench.deleteRemote(name) }
    }

    /// A run that may be cut short at any call.
    mutating func runCut() async {
        await Guillotine(bench, after: Int.random(in: 0..<120, using: &generator)).run(change)
    }

    func run() async -> SyncReport { await bench.run(.twoWay, observer: nil, change) }

    private func change(_ options: inout SyncOptions) {
        options.deleteLimit = .off
        options.allowsEmptySide = true
        options.force = true
        options.parallel = 3
    }
}

@Suite(.timeLimit(.minutes(5)))
struct ModelTests {
    /// `REMORA_HISTORIES` asks for more of them.
    static let count = ProcessInfo.processInfo.environment["REMORA_HISTORIES"].flatMap { Int($0) } ?? 24
    static let seeds = (0..<count).map { _ in UInt64.random(in: 0...UInt64.max) }

    @Test(arguments: seeds)
    func nothingIsLostWhateverHappens(_ seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let style: InMemoryRemote.Style = Bool.random(using: &generator) ? .randomAccess : .stream
        let bench = try await SyncBench(style)
        var history = History(bench: bench, generator: generator)
        for round in 0..<8 {
            try await history.edit()
            if Bool.random(using: &history.generator) {
                await history.runCut()
                if Bool.random(using: &history.generator) { try await history.edit() }
            }
            let report = await history.run()
            #expect(
                report.outcome == .success || report.outcome == .conflicts,
                "seed \(seed), round \(round): \(report.problems)")
            try await expectConverged(history, "seed \(seed), round \(round)")
        }
    }

    private func expectConverged(_ history: History, _ place: String) async throws {
        let bench = history.bench
        let second = await history.run()
        #expect(second.counters.changes == 0, "\(place): \(second.counters)")
        let local = try bench.localTree()
        let remote = try await bench.remoteTree()
        #expect(local == remote, "\(place)")
        let everything = Set(try bench.wholeLocalTree().values).union(try await bench.wholeRemoteTree().values)
        let lost = history.mustSurvive.subtracting(everything)
        #expect(lost.isEmpty, "\(place)")
        if history.hasRenamed { return }
        let contents = local.values.filter { !$0.isEmpty }
        #expect(Set(contents).count == contents.count, "\(place): duplicated content")
    }
}
