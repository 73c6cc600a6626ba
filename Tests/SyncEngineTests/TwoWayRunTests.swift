import FileModel
import RemoteFileSystem
import SyncCore
import SyncEngine
import Testing

@Suite(.timeLimit(.minutes(2)))
struct TwoWayRunTests {
    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func theFirstRunIsAUnionAndTheSecondIsEmpty(_ style: InMemoryRemote.Style) async throws {
        let bench = try await SyncBench(style)
        try bench.write("a.txt", "local")
        try bench.write("deep/er/b.txt", "local too")
        try bench.makeLocalFolder("empty")
        try await bench.writeRemote("c.txt", "remote")
        try await bench.writeRemote("deep/d.txt", "")
        bench.wait()
        let first = await bench.run()
        #expect(first.outcome == .success)
        let expected = [
            "a.txt": "local", "deep/": "", "deep/er/": "", "deep/er/b.txt": "local too", "empty/": "",
            "c.txt": "remote", "deep/d.txt": "",
        ]
        #expect(try bench.localTree() == expected)
        #expect(try await bench.remoteTree() == expected)
        let second = await bench.run()
        #expect(second.outcome == .success)
        #expect(second.counters.changes == 0)
        #expect(second.plan.isEmpty)
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func editsOfBothSidesArrive(_ style: InMemoryRemote.Style) async throws {
        let bench = try await SyncBench(style)
        try bench.write("mine", "1")
        try bench.write("theirs", "1")
        bench.wait()
        await bench.run()
        try bench.write("mine", "22")
        try await bench.writeRemote("theirs", "333")
        bench.wait()
        let report = await bench.run()
        #expect(report.counters.copied == Sides(local: 1, remote: 1))
        #expect(try bench.localTree() == ["mine": "22", "theirs": "333"])
        #expect(try await bench.remoteTree() == ["mine": "22", "theirs": "333"])
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func aConflictKeepsBothContents(_ style: InMemoryRemote.Style) async throws {
        let bench = try await SyncBench(style)
        try bench.write("plan.md", "old")
        bench.wait()
        await bench.run()
        try bench.write("plan.md", "mine")
        bench.wait()
        try await bench.writeRemote("plan.md", "theirs!")
        bench.wait()
        let report = await bench.run()
        #expect(report.outcome == .conflicts)
        #expect(report.outcome.exitCode == 6)
        let local = try bench.localTree()
        #expect(local == (try await bench.remoteTree()))
        #expect(local["plan.md"] == "theirs!")
        #expect(local.count == 2)
        #expect(local.first { $0.key.contains(".sync-conflict-") && $0.key.hasSuffix("-local.md") }?.value == "mine")
        let second = await bench.run()
        #expect(second.outcome == .success)
        #expect(second.counters.changes == 0)
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func deletionsGoToTrash(_ style: InMemoryRemote.Style) async throws {
        let bench = try await SyncBench(style)
        for name in ["a", "b", "c/d"] { try bench.write(name, "content of \(name)") }
        bench.wait()
        await bench.run()
        try bench.delete("a")
        try await bench.deleteRemote("c")
        let report = await bench.run()
        #expect(report.outcome == .success)
        #expect(try bench.localTree() == ["b": "content of b"])
        #expect(try await bench.remoteTree() == ["b": "content of b"])
        #expect(bench.trash(try await bench.wholeRemoteTree()) == ["a": "content of a"])
        #expect(bench.trash(try bench.wholeLocalTree()) == ["c/d": "content of c/d"])
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func overwrittenContentStaysRecoverable() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "first")
        bench.wait()
        await bench.run()
        try bench.write("a", "second")
        bench.wait()
        await bench.run()
        #expect(bench.trash(try await bench.wholeRemoteTree()) == ["a": "first"])
        try await bench.writeRemote("a", "third!")
        bench.wait()
        await bench.run()
        #expect(bench.trash(try bench.wholeLocalTree()) == ["a": "second"])
        #expect(try bench.localTree() == ["a": "third!"])
    }

    @Test func changeBeatsDelete() async throws {
        let bench = try await SyncBench()
        try bench.write("here/a", "1")
        try bench.write("there/b", "1")
        bench.wait()
        await bench.run()
        try bench.delete("here")
        try await bench.writeRemote("here/a", "edited")
        try bench.write("there/b", "edited too")
        try await bench.deleteRemote("there")
        bench.wait()
        let report = await bench.run()
        #expect(report.outcome == .success)
        let expected = ["here/": "", "here/a": "edited", "there/": "", "there/b": "edited too"]
        #expect(try bench.localTree() == expected)
        #expect(try await bench.remoteTree() == expected)
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func aFileAndAFolderChangePlaces() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "file")
        try bench.write("b/inside", "in folder")
        bench.wait()
        await bench.run()
        try bench.delete("a")
        try bench.write("a/inside", "new")
        try bench.delete("b")
        try bench.write("b", "now a file")
        bench.wait()
        let report = await bench.run()
        #expect(report.outcome == .success)
        let expected = ["a/": "", "a/inside": "new", "b": "now a file"]
        #expect(try bench.localTree() == expected)
        #expect(try await bench.remoteTree() == expected)
        #expect(bench.trash(try await bench.wholeRemoteTree()) == ["a": "file", "b/inside": "in folder"])
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func aFolderThatBecameAFileKeepsWhatWasEditedInside() async throws {
        let bench = try await SyncBench()
        try bench.write("b/x", "x")
        try bench.write("b/y", "y")
        bench.wait()
        await bench.run()
        try bench.delete("b")
        try bench.write("b", "a file")
        try await bench.writeRemote("b/x", "edited")
        bench.wait()
        let report = await bench.run()
        #expect(report.outcome == .conflicts)
        let local = try bench.localTree()
        #expect(local == (try await bench.remoteTree()))
        #expect(local["b/x"] == "edited")
        #expect(local["b/y"] == "y")
        #expect(local.first { $0.key.hasPrefix("b.sync-conflict-") }?.value == "a file")
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func oddNamesTravelAsBytes() async throws {
        let bench = try await SyncBench()
        let names = [
            "with space", "-dash", "*?[x]", "caf\u{E9}", "cafe\u{301}", "line\nbreak", "tab\there", "\\back", "~",
            String(repeating: "n", count: 255), ".hidden", "..twodots", "quote'\"",
        ]
        for name in names { try bench.write(name, "content of \(name)") }
        try await bench.writeRemote("from there \u{1F4C1}", "x")
        bench.wait()
        let report = await bench.run()
        #expect(report.outcome == .success)
        let expected = Set(try (names + ["from there \u{1F4C1}"]).map { try FileName($0) })
        let local = try await LocalFileSystem(bench.local).entries(of: .root)
        let remote = try await bench.remote.entries(of: .root)
        #expect(Set(local.map(\.name)) == expected)
        #expect(Set(remote.map(\.name)) == expected)
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func aHiddenEditIsFoundByContent() async throws {
        let bench = try await SyncBench(.stream) {
            $0.listingTime = .list
            $0.listingResolution = .minute
        }
        try bench.write("a", "aaaa", at: bench.now.advanced(by: .seconds(-30)))
        await bench.run()
        let time = try await bench.remote.attributes(of: RemotePath("a")).modified?.time
        try await bench.writeRemote("a", "bbbb", at: time)
        bench.wait()
        let report = await bench.run()
        #expect(report.counters.copied.local == 1)
        #expect(try bench.localTree() == ["a": "bbbb"])
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func modificationTimesAreKept() async throws {
        let bench = try await SyncBench()
        let time = Timestamp(seconds: 1_600_000_000)
        try bench.write("up", "1", at: time)
        try await bench.writeRemote("down", "2", at: time)
        await bench.run()
        #expect(try await bench.remote.attributes(of: RemotePath("up")).modified?.time == time)
        let local = try LocalFileSystem(bench.local)
        #expect(try await local.attributes(of: RemotePath("down")).modified?.time == time)
    }

    @Test func aServerThatSetsNoTimesStillSettles() async throws {
        let bench = try await SyncBench(.stream) { capabilities in
            capabilities.modificationTimeSetter = nil
            capabilities.listingTime = .list
            capabilities.listingResolution = .minute
        }
        for number in 0..<20 { try bench.write("file\(number)", "content \(number)") }
        bench.wait(600)
        #expect(await bench.run().counters.copied.remote == 20)
        bench.wait(600)
        let second = await bench.run()
        #expect(second.outcome == .success)
        #expect(second.counters.changes == 0)
        try bench.write("file3", "changed")
        bench.wait(600)
        #expect(await bench.run().counters.copied == Sides(local: 0, remote: 1))
    }
}
