import FileModel
import Foundation
import RemoteFileSystem
import SyncCore
import Testing

@testable import SyncEngine

/// A renamed folder is renamed on the other side in one go, unless something speaks against it.
@Suite(.timeLimit(.minutes(2)))
struct FolderRenameTests {
    private func bench(
        _ style: InMemoryRemote.Style = .randomAccess,
        _ files: [String] = ["d/a", "d/b", "d/sub/c", "d/sub/deep/e", "other/x"]
    ) async throws -> SyncBench {
        let bench = try await SyncBench(style)
        for file in files { try bench.write(file, "content of \(file)") }
        bench.wait()
        await bench.run()
        return bench
    }

    private func move(_ bench: SyncBench, _ from: String, _ to: String) throws {
        try FileManager.default.moveItem(atPath: bench.local + "/" + from, toPath: bench.local + "/" + to)
    }

    /// Both sides are alike, nothing is in a trash, and nothing is left to do.
    private func expectSettled(_ bench: SyncBench) async throws {
        #expect(try bench.localTree() == (try await bench.remoteTree()))
        let again = await bench.run()
        #expect(again.outcome == .success && again.counters.changes == 0, "\(again.counters)")
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func aTreeIsRenamedAtOnce(_ style: InMemoryRemote.Style) async throws {
        let bench = try await bench(style)
        try move(bench, "d", "other/new name")
        let report = await bench.run()
        #expect(report.outcome == .success && report.counters.renamed.remote == 1 && report.counters.changes == 1)
        #expect(try await bench.remoteTree()["other/new name/sub/deep/e"] == "content of d/sub/deep/e")
        try await expectSettled(bench)
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func aRenameOnTheServerToo(_ style: InMemoryRemote.Style) async throws {
        // Where the server tells no identities, size and time must name one file only.
        let bench = try await bench(style, ["d/a", "d/bb", "d/sub/ccc", "other/x"])
        try await bench.remote.rename(RemotePath("d"), to: RemotePath("e"), mode: .keepExisting)
        let report = await bench.run()
        #expect(report.counters.renamed.local == 1 && report.counters.changes == 1, "\(report.counters)")
        try await expectSettled(bench)
    }

    @Test func editsWithinFollowAsCopies() async throws {
        let bench = try await bench()
        try move(bench, "d", "e")
        try bench.write("e/a", "edited here, and longer than before")
        try bench.write("e/new", "new")
        try await bench.writeRemote("d/b", "edited there, and longer than before")
        bench.wait()
        let report = await bench.run()
        #expect(report.outcome == .success, "\(String(describing: report.error))")
        let tree = try await bench.remoteTree()
        #expect(tree["e/a"] == "edited here, and longer than before" && tree["e/new"] == "new")
        #expect(tree["e/b"] == "edited there, and longer than before", "\(tree)")
        try await expectSettled(bench)
    }

    @Test func aFileThatIsNewInTheOldFolderSpeaksAgainstIt() async throws {
        let bench = try await bench()
        try move(bench, "d", "e")
        try await bench.writeRemote("d/new there", "must not move")
        bench.wait()
        let report = await bench.run()
        #expect(
            report.outcome == .success && report.counters.renamed.remote == 3,
            "two files and the folder sub: \(report.counters)")
        #expect(try bench.localTree()["d/new there"] == "must not move")
        try await expectSettled(bench)
    }

    @Test func aFolderWithAFileFromElsewhereIsMadeAndFilled() async throws {
        let bench = try await bench()
        try move(bench, "d", "e")
        try move(bench, "other/x", "e/x")
        let report = await bench.run()
        #expect(
            report.outcome == .success && report.counters.renamed.remote == 4,
            "three files and the folder sub: \(report.counters)")
        try await expectSettled(bench)
    }

    @Test func aDeletionWithinIsADeletion() async throws {
        let bench = try await bench()
        try move(bench, "d", "e")
        try bench.delete("e/b")
        let report = await bench.run()
        #expect(report.outcome == .success, "\(String(describing: report.error))")
        #expect(bench.trash(try await bench.wholeRemoteTree()).values.contains("content of d/b"))
        try await expectSettled(bench)
    }

    @Test func namesInTheRecordsMoveAlong() async throws {
        let bench = try await bench(.randomAccess, ["d/a", "d.x/a", "d0", "e2/a", "d/sub/b"])
        try move(bench, "d", "e")
        await bench.run()
        try bench.write("e/sub/b", "edited after the rename")
        bench.wait()
        let report = await bench.run()
        #expect(report.counters.copied.remote == 1 && report.counters.changes == 1, "\(report.counters)")
        try await expectSettled(bench)
    }

    @Test func aPlanAndAnExplanationSayIt() async throws {
        let bench = try await bench()
        try move(bench, "d", "e")
        let asked = try RemotePath("e/sub/c")
        let report = await bench.run {
            $0.isDryRun = true
            $0.explainedPath = asked
        }
        #expect(report.counters.renamed.remote == 1 && report.explanation?.step?.row == 22)
    }
}
