import FileModel
import Foundation
import RemoteFileSystem
import SyncCore
import SyncEngine
import Testing

@Suite(.timeLimit(.minutes(2)))
struct RenameRunTests {
    private func move(_ bench: SyncBench, _ from: String, _ to: String) throws {
        let target = bench.local + "/" + to
        try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: bench.local + "/" + from, toPath: target)
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func aLocalRenameMovesNoBytes(_ style: InMemoryRemote.Style) async throws {
        let bench = try await SyncBench(style)
        for number in 0..<30 { try bench.write("d/f\(number)", "content \(number)") }
        bench.wait()
        await bench.run()
        try move(bench, "d", "e/f")
        let report = await bench.run()
        #expect(report.outcome == .success)
        #expect(report.counters.renamed.remote == 1, "the folder as one")
        #expect(report.counters.copied == Sides(local: 0, remote: 0))
        #expect(try bench.localTree() == (try await bench.remoteTree()))
        #expect(try await bench.wholeRemoteTree()[".syncctl-trash/"] == nil)
        #expect(await bench.run().counters.changes == 0)
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func aRemoteRenameMovesNoBytes(_ style: InMemoryRemote.Style) async throws {
        let bench = try await SyncBench(style)
        try bench.write("a", "first", at: bench.now.advanced(by: .seconds(-100)))
        try bench.write("b", "second")
        bench.wait()
        await bench.run()
        try await bench.remote.rename(RemotePath("a"), to: RemotePath("c"), mode: .keepExisting)
        let report = await bench.run()
        #expect(report.counters.renamed.local == 1)
        #expect(report.counters.copied == Sides(local: 0, remote: 0))
        #expect(try bench.localTree() == ["c": "first", "b": "second"])
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func renamesOnBothSidesKeepBothNames() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "content")
        bench.wait()
        await bench.run()
        try move(bench, "a", "mine")
        try await bench.remote.rename(RemotePath("a"), to: RemotePath("theirs"), mode: .keepExisting)
        #expect(await bench.run().outcome == .success)
        let expected = ["mine": "content", "theirs": "content"]
        #expect(try bench.localTree() == expected)
        #expect(try await bench.remoteTree() == expected)
    }

    @Test func aRenameTakesTheOtherSidesEditAlong() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "content")
        bench.wait()
        await bench.run()
        try move(bench, "a", "b")
        try await bench.writeRemote("a", "edited!")
        bench.wait()
        #expect(await bench.run().outcome == .success)
        #expect(try bench.localTree() == ["b": "edited!"])
        #expect(try await bench.remoteTree() == ["b": "edited!"])
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func aRenamedAndEditedFileIsBoth() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "content")
        bench.wait()
        await bench.run()
        try move(bench, "a", "b")
        try bench.write("b", "CONTENT")
        bench.wait()
        let report = await bench.run()
        #expect(report.counters.renamed.remote == 1)
        #expect(try await bench.remoteTree() == ["b": "CONTENT"])
        #expect(bench.trash(try await bench.wholeRemoteTree()).values.contains("content"))
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func aRenameIntoAFolderThatTheOtherSideDeleted() async throws {
        let bench = try await SyncBench(.stream)
        try bench.write("a", "content")
        try bench.write("sub/old", "old")
        bench.wait()
        await bench.run()
        try bench.delete("sub")
        try await bench.remote.rename(RemotePath("a"), to: RemotePath("sub/c"), mode: .keepExisting)
        let report = await bench.run()
        #expect(report.counters.renamed.local == 1)
        #expect(try bench.localTree() == ["sub/": "", "sub/c": "content"])
        #expect(try await bench.remoteTree() == ["sub/": "", "sub/c": "content"])
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func aPlainPushRenamesNothing() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "content")
        bench.wait()
        await bench.run(.push)
        try move(bench, "a", "b")
        await bench.run(.push)
        #expect(try await bench.remoteTree() == ["a": "content", "b": "content"])
        try move(bench, "b", "c")
        await bench.run(.oneWay(from: .local, mirror: true))
        #expect(try await bench.remoteTree() == ["c": "content"])
    }
}
