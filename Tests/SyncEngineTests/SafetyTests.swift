import FileModel
import Foundation
import RemoteFileSystem
import SyncCore
import SyncEngine
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2)))
struct SafetyTests {
    private func filled(_ count: Int, _ style: InMemoryRemote.Style = .randomAccess) async throws -> SyncBench {
        let bench = try await SyncBench(style)
        for number in 0..<count { try bench.write("f\(number)", "content \(number)") }
        bench.wait()
        #expect(await bench.run().outcome == .success)
        return bench
    }

    /// Such a run waited for the disk four times to tell the archive that nothing had happened.
    @Test func aRunThatFindsNothingToDoLeavesTheArchiveAsItIs() async throws {
        let bench = try await filled(5)
        let archive = URL(fileURLWithPath: bench.state + "/bench.archive")
        let before = try Data(contentsOf: archive)
        #expect(await bench.run().counters.changes == 0)
        #expect(try Data(contentsOf: archive) == before)
        try bench.write("f0", "edited")
        bench.wait()
        #expect(await bench.run().counters.changes == 1)
        #expect(try Data(contentsOf: archive) != before)
    }

    @Test func anEmptiedSideStopsTheRun() async throws {
        let bench = try await filled(5)
        for number in 0..<5 { try bench.delete("f\(number)") }
        let report = await bench.run()
        #expect(report.outcome == .guarded)
        #expect(report.outcome.exitCode == 4)
        #expect(try await bench.remoteTree().count == 5)
        let meant = await bench.run { $0.allowsEmptySide = true }
        #expect(meant.counters.deleted.remote == 5)
    }

    @Test func manyDeletionsStopTheRun() async throws {
        let bench = try await filled(40)
        for number in 0..<12 { try bench.delete("f\(number)") }
        #expect(await bench.run().outcome == .guarded)
        #expect(try await bench.remoteTree().count == 40)
        #expect(await bench.run { $0.deleteLimit = .off }.counters.deleted.remote == 12)
    }

    @Test func manyOverwritesStopTheRun() async throws {
        let bench = try await filled(30)
        for number in 0..<25 { try bench.write("f\(number)", "other \(number)!") }
        bench.wait()
        #expect(await bench.run().outcome == .guarded)
        #expect(await bench.run { $0.force = true }.counters.copied.remote == 25)
    }

    @Test func aListingThatFailsDeletesNothing() async throws {
        let bench = try await SyncBench()
        for name in ["sub/a", "sub/b", "other/c"] { try bench.write(name, name) }
        bench.wait()
        await bench.run()
        try bench.delete("sub/a")
        try bench.write("other/new", "new")
        bench.remote.onOperation { operation, path throws(StorageError) in
            if operation == .list, path.string == "sub" { throw StorageError(.permissionDenied, "no listing of /sub") }
        }
        bench.wait()
        let report = await bench.run()
        #expect(report.outcome == .partialFailure)
        #expect(report.problems.contains { $0.path.string == "sub" })
        bench.remote.onOperation(nil)
        let tree = try await bench.remoteTree()
        #expect(tree["sub/a"] == "sub/a")
        #expect(tree["other/new"] == "new")
        #expect(await bench.run().counters.deleted.remote == 1)
    }

    @Test func aLostArchiveDeletesNothing() async throws {
        let bench = try await filled(5)
        try bench.delete("f0")
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: bench.state + "/bench.archive" + suffix)
        }
        let report = await bench.run()
        #expect(report.counters.deleted == Sides(local: 0, remote: 0))
        #expect(report.counters.copied.local == 1)
        #expect(try bench.localTree().count == 5)
    }

    private func damage(_ bench: SyncBench, at offset: UInt64) throws {
        let handle = try #require(FileHandle(forUpdatingAtPath: bench.state + "/bench.archive"))
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 3000))
        try handle.close()
    }

    @Test(arguments: [20_000, 30_000])
    func damageInsideAPageDeletesNothingThatIsThere(_ offset: UInt64) async throws {
        let bench = try await filled(200)
        try bench.delete("f0")
        try damage(bench, at: offset)
        #expect(await bench.run().outcome == .success)
        #expect(await bench.run().outcome == .success)
        let local = try bench.localTree()
        #expect(local == (try await bench.remoteTree()))
        #expect(local.count >= 199)
    }

    @Test(arguments: [0, 100, 4096])
    func aDamagedArchiveGivesWayToTheLastGoodState(_ offset: UInt64) async throws {
        let bench = try await filled(200)
        try bench.delete("f0")
        try bench.write("f1", "edited")
        bench.wait()
        try damage(bench, at: offset)
        let report = await bench.run()
        #expect(report.outcome == .success)
        #expect(report.counters.deleted == Sides(local: 0, remote: 0))
        #expect(report.counters.copied == Sides(local: 0, remote: 1))
        #expect(!report.warnings.isEmpty)
        #expect(try await bench.remoteTree().count == 200)
        #expect(await bench.run().counters.deleted.remote == 1)
    }

    @Test(arguments: [0, 100, 4096])
    func withoutAGoodStateADamagedArchiveCountsAsAFirstRun(_ offset: UInt64) async throws {
        let bench = try await filled(200)
        try bench.delete("f0")
        try damage(bench, at: offset)
        try FileManager.default.removeItem(atPath: bench.state + "/bench.archive.good")
        let report = await bench.run()
        #expect(report.outcome == .success)
        #expect(report.counters.deleted == Sides(local: 0, remote: 0))
        #expect(try bench.localTree().count == 200)
        #expect(!report.warnings.isEmpty)
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func anArchiveOfAnotherServerIsKeptAside() async throws {
        let bench = try await filled(5)
        try bench.delete("f0")
        let run = SyncRun(
            bench.options(.twoWay), remote: bench.remote, remoteIdentity: "sftp://other", remoteRoot: "/",
            stateDirectory: bench.state)
        let report = await run.run()
        #expect(report.counters.deleted == Sides(local: 0, remote: 0))
        let files = try FileManager.default.contentsOfDirectory(atPath: bench.state)
        #expect(files.contains { $0.hasPrefix("bench.archive.aside-") })
    }

    @Test func aMissingLocalRootStopsTheRun() async throws {
        let bench = try await filled(3)
        try FileManager.default.moveItem(atPath: bench.local, toPath: bench.root + "/elsewhere")
        let report = await bench.run()
        #expect(report.outcome == .guarded)
        #expect(try await bench.remoteTree().count == 3)
    }

    @Test func anUnreachableRemoteChangesNothing() async throws {
        let bench = try await filled(3)
        try bench.write("new", "x")
        bench.remote.onOperation { operation, _ throws(StorageError) in
            if operation == .capabilities { throw StorageError(.loginFailed, "the server refused the password") }
        }
        let report = await bench.run()
        #expect(report.outcome == .failure)
        #expect(report.outcome.exitCode == 3)
        #expect(report.counters.changes == 0)
    }

    @Test func aSecondRunAtTheSameTimeIsSkipped() async throws {
        let bench = try await filled(3)
        try bench.write("new", "x")
        let (entered, enteredContinuation) = AsyncStream.makeStream(of: Void.self)
        let (leave, leaveContinuation) = AsyncStream.makeStream(of: Void.self)
        bench.remote.onOperation { operation, _ throws(StorageError) in
            guard operation == .list else { return }
            enteredContinuation.yield()
            for await _ in leave { break }
        }
        async let first = bench.session(.twoWay).run()
        for await _ in entered { break }
        let second = await bench.session(.twoWay).run()
        #expect(second.outcome == .skipped)
        #expect(second.outcome.exitCode == 5)
        leaveContinuation.finish()
        #expect(await first.outcome == .success)
    }

    @Test func aDeniedDeletionIsRetriedLater() async throws {
        let bench = try await filled(3)
        try bench.delete("f0")
        bench.remote.onOperation { operation, path throws(StorageError) in
            if operation == .rename, path.string == "f0" { throw StorageError(.permissionDenied, "no") }
        }
        #expect(await bench.session(.twoWay).run().outcome == .partialFailure)
        bench.remote.onOperation(nil)
        let next = await bench.session(.twoWay).run()
        #expect(next.counters.copied.local == 0)
        bench.wait(3600)
        #expect(await bench.run().counters.deleted.remote == 1)
        #expect(try await bench.remoteTree().count == 2)
    }

    @Test func aMovedClockTransfersNothing() async throws {
        let bench = try await filled(20)
        for number in 0..<20 {
            let path = try RemotePath("f\(number)")
            let time = try #require(try await bench.remote.attributes(of: path).modified?.time)
            try await bench.remote.setAttributes(path, AttributeChanges(modified: time.advanced(by: .seconds(3600))))
        }
        let report = await bench.run()
        #expect(report.counters.copied == Sides(local: 0, remote: 0))
        #expect(report.warnings.count == 1)
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func aFullServerStopsFurtherUploads() async throws {
        let bench = try await SyncBench()
        for number in 0..<30 { try bench.write("f\(number)", "content") }
        try await bench.writeRemote("down", "still comes")
        bench.wait()
        let attempts = Mutex(0)
        bench.remote.onOperation { operation, path throws(StorageError) in
            guard operation == .write, path.string.hasSuffix(".part") else { return }
            attempts.withLock { $0 += 1 }
            throw StorageError(.noSpace, "the disk of the server is full")
        }
        let report = await bench.run { $0.parallel = 2 }
        #expect(report.outcome == .partialFailure)
        #expect(report.counters.failed == 30)
        #expect(attempts.withLock { $0 } <= 3)
        #expect(try bench.localTree()["down"] == "still comes")
        bench.remote.onOperation(nil)
        #expect(await bench.run().counters.copied.remote == 30)
    }

    /// Row 30: the next run tries it again, and nothing is copied back over the source.
    @Test func aRefusedUploadLeavesTheRecordAsItWas() async throws {
        let bench = try await filled(3)
        try bench.write("f0", "edited here")
        try bench.write("new", "goes on")
        bench.wait()
        bench.remote.onOperation { operation, path throws(StorageError) in
            guard [.openWriter, .rename].contains(operation), path.string.contains("f0") else { return }
            throw StorageError(.permissionDenied, "no")
        }
        let report = await bench.run()
        bench.remote.onOperation(nil)
        #expect(report.outcome == .partialFailure && report.counters.failed == 1)
        #expect(report.statusCode == .uploadFailed)
        #expect(try bench.localTree()["f0"] == "edited here")
        #expect(try await bench.remoteTree()["new"] == "goes on")
        #expect(await bench.run().counters.copied == Sides(local: 0, remote: 1))
        #expect(try await bench.remoteTree()["f0"] == "edited here")
    }

    /// Row 31: downloads stop before they write; uploads go on.
    @Test func aFullLocalDiskTakesNothing() async throws {
        let bench = try await SyncBench()
        for number in 0..<20 { try await bench.writeRemote("there\(number)", "content") }
        try bench.write("here", "goes up")
        bench.wait()
        let report = await bench.run { $0.reserve = 1 << 60 }
        #expect(report.outcome == .partialFailure && report.counters.failed == 20)
        #expect(report.problems.allSatisfy { $0.error.code == .noSpace })
        #expect(try bench.wholeLocalTree() == ["here": "goes up"])
        #expect(try await bench.remoteTree()["here"] == "goes up")
        #expect(await bench.run().counters.copied.local == 20)
    }
}
