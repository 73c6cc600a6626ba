import FileModel
import Foundation
import RemoteFileSystem
import SyncCore
import SyncEngine
import Testing

@Suite(.timeLimit(.minutes(2)))
struct FilterRunTests {
    @Test func onlyWhatTheRulesTakeIn() async throws {
        let bench = try await SyncBench()
        for name in ["a.csv", "b.tmp", "sub/c.csv", "sub/d.txt", ".git/e.csv", "none/f.txt"] {
            try bench.write(name, name)
        }
        bench.wait()
        let rules = try ["- *.tmp", "- .git/", "+ *.csv", "- *"].map { try FilterRule($0) }
        #expect(await bench.run { $0.filter.rules = rules }.outcome == .success)
        #expect(try await bench.remoteTree() == ["a.csv": "a.csv", "sub/": "", "sub/c.csv": "sub/c.csv"])
        #expect(await bench.run { $0.filter.rules = rules }.counters.changes == 0)
    }

    @Test func aChangedFilterDeletesNothing() async throws {
        let bench = try await SyncBench()
        for name in ["a", "cache/b", "cache/c"] { try bench.write(name, name) }
        bench.wait()
        await bench.run()
        let rules = [try FilterRule("- cache/")]
        #expect(await bench.run { $0.filter.rules = rules }.counters.changes == 0)
        try await bench.deleteRemote("cache/b")
        #expect(await bench.run { $0.filter.rules = rules }.counters.changes == 0)
        let back = await bench.run()
        #expect(back.counters.deleted == Sides(local: 0, remote: 0))
        #expect(try await bench.remoteTree()["cache/b"] == "cache/b")
    }

    @Test func ignoreFilesHoldForTheirFolder() async throws {
        let bench = try await SyncBench()
        try bench.write(".syncignore", "*.log\n!keep.log\n/top\n")
        try bench.write("sub/.syncignore", "data/\n")
        for name in ["x.log", "keep.log", "top", "sub/top", "sub/y.log", "sub/data/z", "data/w"] {
            try bench.write(name, "")
        }
        bench.wait()
        await bench.run()
        let names = Set(try await bench.remoteTree().keys)
        #expect(names == [".syncignore", "sub/", "sub/.syncignore", "keep.log", "sub/top", "data/", "data/w"])
    }

    @Test func sizesAndAges() async throws {
        let bench = try await SyncBench()
        try bench.write("small", "1")
        try bench.write("right", "12345")
        try bench.write("large", "1234567890")
        try bench.write("old", "12345", at: bench.now.advanced(by: .seconds(-100_000)))
        bench.wait()
        await bench.run {
            $0.filter.minimumSize = 2
            $0.filter.maximumSize = 8
            $0.filter.maximumAge = .seconds(50_000)
        }
        #expect(try await bench.remoteTree() == ["right": "12345"])
    }

    @Test func aFileStillChangingWaits() async throws {
        let bench = try await SyncBench()
        try bench.write("fresh", "1")
        try bench.write("old", "1", at: bench.now.advanced(by: .seconds(-60)))
        let report = await bench.run { $0.filter.settle = .seconds(5) }
        #expect(report.outcome == .success)
        #expect(report.counters.skipped == 1)
        #expect(try await bench.remoteTree() == ["old": "1"])
        await bench.run { $0.filter.settle = .seconds(5) }
        #expect(try await bench.remoteTree().count == 2)
    }

    @Test func linksAreSkippedSyncedOrFollowed() async throws {
        let bench = try await SyncBench()
        try bench.write("real/file", "content")
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: bench.local + "/link", withDestinationPath: "real/file")
        try manager.createSymbolicLink(atPath: bench.local + "/out", withDestinationPath: "/etc/passwd")
        try manager.createSymbolicLink(atPath: bench.local + "/real/loop", withDestinationPath: "..")
        try manager.createSymbolicLink(atPath: bench.local + "/folder", withDestinationPath: "real")
        bench.wait()
        await bench.run(.push)
        #expect(try await bench.remoteTree() == ["real/": "", "real/file": "content"])
        await bench.run(.push) { $0.filter.links = .follow }
        #expect(
            try await bench.remoteTree() == [
                "real/": "", "real/file": "content", "link": "content", "folder/": "", "folder/file": "content",
            ])
        let other = try await SyncBench()
        try manager.createSymbolicLink(atPath: other.local + "/link", withDestinationPath: "anywhere")
        #expect(await other.run { $0.filter.links = .link }.outcome == .success)
        #expect(try await other.remoteTree() == ["link": "-> anywhere"])
        #expect(await other.run { $0.filter.links = .link }.counters.changes == 0)
    }

    @Test func collidingAndImpossibleNamesAreReported() async throws {
        let bench = try await SyncBench(.stream)
        for name in ["Readme", "README", "line\nbreak", "fine"] { try bench.write(name, name) }
        bench.wait()
        let report = await bench.run { $0.remoteFolding = .caseInsensitive }
        #expect(report.outcome == .partialFailure)
        #expect(Set(report.problems.compactMap(\.reason)) == [.nameCollision, .unholdableName])
        #expect(try await bench.remoteTree() == ["README": "README", "fine": "fine"])
        #expect(try bench.localTree().count == 4)
    }

    @Test func aDryRunChangesNothingAndSaysEverything() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "1")
        try bench.write("d/b", "2")
        try await bench.writeRemote("c", "3")
        bench.wait()
        let before = (try bench.wholeLocalTree(), try await bench.wholeRemoteTree())
        let dry = EventLog()
        let report = await bench.run(observer: dry) { $0.isDryRun = true }
        #expect(report.isDryRun)
        #expect(try bench.wholeLocalTree() == before.0)
        #expect(try await bench.wholeRemoteTree() == before.1)
        let real = EventLog()
        await bench.run(observer: real)
        let lines = { (log: EventLog) in Set(log.changes.map { "\($0.kind) \($0.path) \($0.side)" }) }
        #expect(lines(dry) == lines(real))
        #expect(dry.changes.count == 4)
    }
}
