import FileModel
import RemoteFileSystem
import SyncCore
import SyncEngine
import Synchronization
import Testing

/// A server whose clock is wrong.
@Suite(.timeLimit(.minutes(2)))
struct ClockTests {
    /// Edited there, and a minute later here; the server's clock says that it was the other way round.
    private func conflict(_ style: InMemoryRemote.Style, ahead: Int64) async throws -> SyncBench {
        let bench = try await SyncBench(style, clockAhead: ahead)
        try bench.write("f", "base")
        bench.wait()
        await bench.run()
        try await bench.writeRemote("f", "theirs, earlier")
        bench.wait(60)
        try bench.write("f", "mine, later")
        bench.wait(30)
        return bench
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream], [1200, -7200, 90, 0])
    func theLaterChangeWinsWhateverTheClockSays(_ style: InMemoryRemote.Style, _ ahead: Int64) async throws {
        let bench = try await conflict(style, ahead: ahead)
        let report = await bench.run()
        #expect(report.outcome == .conflicts, "\(report)")
        #expect(try bench.localTree()["f"] == "mine, later")
        #expect(try await bench.remoteTree()["f"] == "mine, later")
        #expect(Set(try bench.localTree().values) == ["mine, later", "theirs, earlier"])
        #expect(report.warnings.count == (abs(ahead) > 300 ? 1 : 0), "\(report.warnings)")
        #expect(try await bench.wholeRemoteTree().keys.allSatisfy { !$0.hasSuffix(".part") })
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func theWarningSaysHowFarAndWhichWay() async throws {
        let ahead = try await conflict(.stream, ahead: 1200)
        #expect(await ahead.run().warnings.first?.contains("20 minutes ahead of this machine's") == true)
        let behind = try await conflict(.stream, ahead: -7200)
        #expect(await behind.run().warnings.first?.contains("120 minutes behind this machine's") == true)
    }

    /// The first run measured; a dry run makes no file, and still knows.
    @Test func aDryRunGoesByWhatWasMeasured() async throws {
        let bench = try await conflict(.randomAccess, ahead: 1200)
        let before = try await bench.wholeRemoteTree()
        let made = Mutex(0)
        bench.remote.onOperation { operation, _ throws(StorageError) in
            if operation == .openWriter { made.withLock { $0 += 1 } }
        }
        let log = EventLog()
        let report = await bench.run(observer: log) { $0.isDryRun = true }
        bench.remote.onOperation(nil)
        #expect(made.withLock { $0 } == 0)
        #expect(try await bench.wholeRemoteTree() == before)
        #expect(log.changes.filter { $0.kind == .conflict }.map(\.side) == [.remote], "the remote content loses")
        #expect(report.warnings.count == 1)
    }

    private func clockFiles(_ bench: SyncBench) -> @Sendable () -> Int {
        let made = Shared()
        bench.remote.onOperation { operation, path throws(StorageError) in
            if operation == .openWriter, path.string.contains(".clock.") { made.add() }
        }
        return { made.count }
    }

    @Test func itIsMeasuredOnceADayAndOnlyWhereSomethingIsUploaded() async throws {
        let bench = try await SyncBench(clockAhead: 1200)
        let made = clockFiles(bench)
        try await bench.writeRemote("down", "1")
        bench.wait()
        #expect(await bench.run().warnings.isEmpty && made() == 0, "nothing went up")
        try bench.write("up", "1")
        bench.wait()
        #expect(await bench.run().warnings.count == 1 && made() == 1)
        try bench.write("more", "1")
        bench.wait()
        #expect(await bench.run().warnings.isEmpty && made() == 1)
        bench.wait(90_000)
        try bench.write("much later", "1")
        bench.wait()
        #expect(await bench.run().warnings.count == 1 && made() == 2)
    }

    /// Whoever watches the folder may take any file that appears in it.
    @Test func noFileIsMadeWhereNoneIsWanted() async throws {
        let bench = try await SyncBench(clockAhead: 1200)
        let made = clockFiles(bench)
        try bench.write("f", "1")
        bench.wait()
        await bench.run(.push)
        await bench.run { $0.temporaryName = "" }
        try bench.write("g", "1")
        bench.wait()
        await bench.run { $0.isSequential = true }
        #expect(made() == 0)
    }

    /// A server that takes no such file is a server all the same.
    @Test func aRefusalIsNoFailure() async throws {
        let bench = try await SyncBench(clockAhead: 1200)
        bench.remote.onOperation { operation, path throws(StorageError) in
            guard operation == .openWriter, path.string.contains(".clock.") else { return }
            throw StorageError(.permissionDenied, "no")
        }
        try bench.write("f", "1")
        bench.wait()
        let report = await bench.run()
        #expect(report.outcome == .success && report.warnings.isEmpty && report.counters.copied.remote == 1)
    }

    private final class Shared: Sendable {
        private let value = Mutex(0)
        func add() { value.withLock { $0 += 1 } }
        var count: Int { value.withLock { $0 } }
    }
}
