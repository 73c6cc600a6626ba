import FileModel
import RemoteFileSystem
import SyncCore
import SyncEngine
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2)))
struct OneWayRunTests {
    @Test func aPushLeavesExtrasAlone() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "1")
        try await bench.writeRemote("extra/b", "2")
        bench.wait()
        #expect(await bench.run(.push).outcome == .success)
        #expect(try await bench.remoteTree() == ["a": "1", "extra/": "", "extra/b": "2"])
        #expect(try bench.localTree() == ["a": "1"])
        #expect(await bench.run(.push).counters.changes == 0)
    }

    @Test func aMirrorDeletesExtrasFromTheSecondRunOn() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "1")
        try await bench.writeRemote("extra/b", "2")
        bench.wait()
        let mirror = SyncMode.oneWay(from: .local, mirror: true)
        #expect(await bench.run(mirror).counters.deleted.remote == 0)
        #expect(await bench.run(mirror).counters.deleted.remote == 2)
        #expect(try await bench.remoteTree() == ["a": "1"])
        #expect(bench.trash(try await bench.wholeRemoteTree()) == ["extra/b": "2"])
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func theSourceWinsAndTheOldCopyIsKept(_ style: InMemoryRemote.Style) async throws {
        let bench = try await SyncBench(style)
        try bench.write("a", "source")
        bench.wait()
        await bench.run(.push)
        try await bench.writeRemote("a", "edited there")
        bench.wait()
        let report = await bench.run(.push)
        #expect(report.outcome == .success)
        #expect(try await bench.remoteTree() == ["a": "source"])
        #expect(bench.trash(try await bench.wholeRemoteTree()) == ["a": "edited there"])
        #expect(try bench.localTree() == ["a": "source"])
    }

    /// Each of them made every folder of the trash anew.
    @Test func filesReplacedTogetherShareTheFoldersOfTheTrash() async throws {
        let bench = try await SyncBench()
        let paths = (0..<40).map { "d\($0 % 2)/f\($0)" }
        for path in paths { try bench.write(path, "old \(path)") }
        bench.wait()
        await bench.run(.push)
        for path in paths { try bench.write(path, "new \(path)") }
        bench.wait()
        let made = Mutex<[String: Int]>([:])
        bench.remote.onOperation { operation, path throws(StorageError) in
            guard operation == .createDirectory else { return }
            made.withLock { $0[path.string, default: 0] += 1 }
        }
        #expect(await bench.run(.push) { $0.force = true }.counters.copied.remote == 40)
        bench.remote.onOperation(nil)
        #expect(made.withLock { $0.count } == 4 && made.withLock { $0.values.allSatisfy { $0 == 1 } })
        let old = Dictionary(uniqueKeysWithValues: paths.map { ($0, "old \($0)") })
        #expect(bench.trash(try await bench.wholeRemoteTree()) == old)
    }

    @Test func aPullBringsChanges() async throws {
        let bench = try await SyncBench()
        try await bench.writeRemote("x/y", "1")
        try bench.write("mine", "stays")
        bench.wait()
        await bench.run(.pull)
        try await bench.writeRemote("x/y", "22")
        bench.wait()
        await bench.run(.pull)
        #expect(try bench.localTree() == ["x/": "", "x/y": "22", "mine": "stays"])
        #expect(try await bench.remoteTree() == ["x/": "", "x/y": "22"])
    }

    @Test func sourcesCanBeMoved() async throws {
        let bench = try await SyncBench()
        try bench.write("out/a", "1")
        try bench.write("out/b", "2")
        try bench.write("keep/c", "3")
        bench.wait()
        await bench.run(.push)
        let report = await bench.run(.push) {
            $0.deletesSource = true
            $0.deletesEmptyFolders = true
        }
        #expect(report.counters.sourcesDeleted == 3)
        #expect(try bench.localTree() == [:])
        #expect(try await bench.remoteTree() == ["out/": "", "out/a": "1", "out/b": "2", "keep/": "", "keep/c": "3"])
        try bench.write("out/d", "4")
        bench.wait()
        let next = await bench.run(.oneWay(from: .local, mirror: true)) {
            $0.deletesSource = true
            $0.deletesEmptyFolders = true
            $0.allowsEmptySide = true
        }
        #expect(next.outcome == .success)
        #expect(try await bench.remoteTree()["out/a"] == "1")
        #expect(try await bench.remoteTree()["out/d"] == "4")
    }

    @Test func theTriggerFileComesLastAndOnlyAfterSuccess() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "1")
        bench.wait()
        bench.remote.onOperation { operation, path throws(StorageError) in
            if operation == .write, path.string.hasPrefix(".a.") { throw StorageError(.permissionDenied, "no") }
        }
        let trigger = try RemotePath("done.trg")
        #expect(await bench.run(.push) { $0.triggerFile = trigger }.outcome == .partialFailure)
        #expect(try await bench.remoteTree()["done.trg"] == nil)
        bench.remote.onOperation(nil)
        #expect(await bench.run(.push) { $0.triggerFile = trigger }.outcome == .success)
        #expect(try await bench.remoteTree()["done.trg"] != nil)
        #expect(await bench.run { $0.triggerFile = trigger }.counters.changes == 0)
    }

    @Test func theMainFileDecidesTheStatus() async throws {
        let bench = try await SyncBench()
        try bench.write("main.csv", "1")
        try bench.write("other.txt", "2")
        bench.wait()
        bench.remote.onOperation { operation, path throws(StorageError) in
            if operation == .write, path.string.hasPrefix(".other") { throw StorageError(.permissionDenied, "no") }
        }
        #expect(await bench.run(.push) { $0.mainFile = "main.csv" }.outcome == .success)
        #expect(await bench.run(.push) { $0.mainFile = "other.*" }.outcome == .partialFailure)
        let missing = await bench.run(.push) { $0.mainFile = "absent" }
        #expect(missing.statusCode == .fileMissing)
    }

    @Test func aServerThatRefusesRenamesIsWrittenInPlace() async throws {
        let bench = try await SyncBench(.stream)
        try bench.write("a", "1")
        try bench.write("b", "2")
        bench.wait()
        bench.remote.onOperation { operation, _ throws(StorageError) in
            if operation == .rename { throw StorageError(.permissionDenied, "550 renaming is not allowed") }
        }
        #expect(await bench.run(.push) { $0.parallel = 1 }.outcome == .success)
        #expect(try await bench.wholeRemoteTree() == ["a": "1", "b": "2"])
        try bench.write("a", "edited")
        bench.wait()
        #expect(await bench.run(.push).outcome == .success)
        #expect(try await bench.wholeRemoteTree() == ["a": "edited", "b": "2"])
    }

    @Test func sequentialFilesGoInOrder() async throws {
        let bench = try await SyncBench()
        let names = ["b", "a/z", "a/b", "c", "a-b"]
        for name in names { try bench.write(name, name) }
        bench.wait()
        let log = EventLog()
        await bench.run(.push, observer: log) { $0.isSequential = true }
        let copied = log.changes.filter { $0.kind == .copy }.map(\.path.string)
        #expect(copied == ["a/b", "a/z", "a-b", "b", "c"])
    }
}
