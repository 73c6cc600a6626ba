import FileModel
import RemoteFileSystem
import SyncCore
import SyncEngine
import Synchronization
import Testing

/// Stops everything at one chosen call, as a kill of the process would: the state directory is put back to what it
/// held at that moment, so that nothing a dying run writes down counts.
final class Guillotine: Sendable {
    private let left: Mutex<Int>
    private let bench: SyncBench

    init(_ bench: SyncBench, after count: Int) {
        left = Mutex(count)
        self.bench = bench
    }

    var hasFallen: Bool { left.withLock { $0 < 0 } }

    func step() throws(StorageError) {
        let remaining = left.withLock { left in
            left -= 1
            return left
        }
        if remaining == -1 { bench.keepState() }
        if remaining < 0 { throw .cancelled }
    }

    /// One run under the blade.
    func run(_ change: (inout SyncOptions) -> Void) async {
        bench.remote.onOperation { _, _ throws(StorageError) in try self.step() }
        await bench.run(.twoWay, observer: nil, change)
        bench.remote.onOperation(nil)
        if hasFallen { bench.restoreState() }
    }
}

/// A run may end at any call to the server; the next plain run converges, and nothing is lost or duplicated.
@Suite(.timeLimit(.minutes(5)))
struct CrashTests {
    /// All changes that a run can meet, with sizes that need several blocks.
    private func prepared(_ style: InMemoryRemote.Style) async throws -> SyncBench {
        let bench = try await SyncBench(style)
        for number in 0..<4 { try bench.write("keep\(number)", "content \(number)") }
        for name in ["up", "down", "gone", "lost", "both", "turns", "dir/x"] { try bench.write(name, "old \(name)") }
        bench.wait()
        await bench.run()
        try bench.write("up", String(repeating: "new up ", count: 180_000))
        try await bench.writeRemote("down", String(repeating: "new down ", count: 60_000))
        try bench.delete("gone")
        try await bench.deleteRemote("lost")
        try bench.write("both", "mine")
        bench.wait()
        try await bench.writeRemote("both", "theirs!")
        try bench.write("fresh/a/b", "fresh")
        try await bench.writeRemote("there/c", "there")
        try bench.delete("dir")
        try bench.write("dir", "a file now")
        try await bench.deleteRemote("turns")
        try await bench.writeRemote("turns/inside", "a folder now")
        bench.wait()
        return bench
    }

    private func expectConverged(_ bench: SyncBench, _ step: Int) async throws {
        let report = await bench.run()
        let second = await bench.run()
        #expect(report.outcome == .success || report.outcome == .conflicts, "\(step): \(report.problems)")
        #expect(second.counters.changes == 0, "\(step)")
        let local = try bench.localTree()
        let remote = try await bench.remoteTree()
        #expect(local == remote, "\(step)")
        let contents = local.values.sorted()
        #expect(
            Set(contents.filter { !$0.isEmpty }).count == contents.filter { !$0.isEmpty }.count, "\(step): duplicates")
        for needed in ["fresh", "there", "a file now", "a folder now", "mine", "theirs!", "content 1"] {
            #expect(contents.contains(needed), "\(step): \(needed)")
        }
        #expect(local["up"]?.hasPrefix("new up") == true && local["down"]?.hasPrefix("new down") == true, "\(step)")
        #expect(local["gone"] == nil && local["lost"] == nil, "\(step)")
        #expect(try bench.wholeLocalTree().keys.filter { $0.hasSuffix(".part") } == [], "\(step)")
        #expect(try await bench.wholeRemoteTree().keys.filter { $0.hasSuffix(".part") } == [], "\(step)")
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func everyCallMayBeTheLast(_ style: InMemoryRemote.Style) async throws {
        var step = 0
        while true {
            let bench = try await prepared(style)
            let guillotine = Guillotine(bench, after: step)
            await guillotine.run { $0.parallel = 2 }
            try await expectConverged(bench, step)
            guard guillotine.hasFallen else { return }
            step += 1 + step / 5
        }
    }

    /// Where the call fell that followed a folder's way into the trash, the file that replaced it did not arrive.
    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream], [23, 29, 31, 37])
    func aLineThatDropsNowAndThenIsSurvivedWithinTheRun(_ style: InMemoryRemote.Style, _ rate: Int) async throws {
        let bench = try await prepared(style)
        let count = Mutex(0)
        bench.remote.onOperation { operation, _ throws(StorageError) in
            let number = count.withLock {
                $0 += 1; return $0
            }
            if number % rate == 0, operation != .capabilities, operation != .rename {
                throw StorageError(.connectionLost, "the connection ended")
            }
        }
        let report = await bench.run()
        #expect(report.outcome == .conflicts, "\(report.problems)")
        bench.remote.onOperation(nil)
        try await expectConverged(bench, 0)
    }

    @Test func aDeadLineEndsTheRunWithAPartialFailure() async throws {
        let bench = try await prepared(.randomAccess)
        bench.remote.onOperation { operation, _ throws(StorageError) in
            if operation == .write { throw StorageError(.connectionLost, "the connection ended") }
        }
        let report = await bench.run()
        #expect(report.outcome == .partialFailure)
        #expect(report.error?.code == .connectionLost)
        bench.remote.onOperation(nil)
        try await expectConverged(bench, 0)
    }

    @Test func anInterruptedUploadIsContinued() async throws {
        let bench = try await SyncBench()
        try bench.write("large", String(repeating: "0123456789", count: 500_000))
        bench.wait()
        let written = Mutex(0)
        bench.remote.onOperation { operation, _ throws(StorageError) in
            guard operation == .write else { return }
            if written.withLock({
                $0 += 1; return $0
            }) == 15 {
                throw .cancelled
            }
        }
        #expect(await bench.run(.push).outcome != .success)
        written.withLock { $0 = 100 }
        #expect(await bench.run(.push).outcome == .success)
        #expect(written.withLock { $0 } - 100 < 10)
        #expect(try await bench.remoteTree()["large"]?.count == 5_000_000)
        #expect(try await bench.wholeRemoteTree().count == 1)
    }

    @Test func stopEndsTheRunInOrder() async throws {
        let bench = try await SyncBench()
        for number in 0..<200 { try bench.write("f\(number)", "content \(number)") }
        bench.wait()
        let run = bench.session(.push) { $0.parallel = 4 }
        let count = Mutex(0)
        bench.remote.onOperation { operation, _ throws(StorageError) in
            if operation == .openWriter,
                count.withLock({
                    $0 += 1; return $0
                }) == 50
            {
                run.stop()
            }
        }
        let report = await run.run()
        #expect(report.outcome == .interrupted)
        #expect(report.outcome.exitCode == 130)
        #expect(report.counters.copied.remote >= 49)
        #expect(report.counters.copied.remote < 60)
        bench.remote.onOperation(nil)
        #expect(await bench.run(.push).counters.copied.remote == 200 - report.counters.copied.remote)
    }
}
