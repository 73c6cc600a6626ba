import FileModel
import Foundation
import RemoteFileSystem
import SyncCore
import Testing

@testable import SyncEngine

/// A plan that was written down is carried out as it stands, or not at all.
@Suite(.timeLimit(.minutes(2)))
struct PlanFileTests {
    private func plan(
        _ bench: SyncBench, _ mode: SyncMode = .twoWay, _ change: (inout SyncOptions) -> Void = { _ in }
    ) async -> SyncReport {
        await bench.run(mode) {
            $0.isDryRun = true
            $0.planFile = .write(bench.root + "/plan", about: ["arguments": "[]"])
            change(&$0)
        }
    }

    private func apply(
        _ bench: SyncBench, _ mode: SyncMode = .twoWay, _ change: (inout SyncOptions) -> Void = { _ in }
    ) async -> SyncReport {
        await bench.run(mode) {
            $0.planFile = .carryOut(bench.root + "/plan")
            change(&$0)
        }
    }

    /// Both sides in step, then an edit, a deletion, a rename and a new file.
    private func prepared() async throws -> SyncBench {
        let bench = try await SyncBench()
        for name in ["edited", "deleted", "renamed", "stays"] { try bench.write("x/\(name)", "first \(name)") }
        bench.wait()
        #expect(await bench.run().outcome == .success)
        try bench.write("x/edited", "second edition")
        try bench.delete("x/deleted")
        try FileManager.default.moveItem(atPath: bench.local + "/x/renamed", toPath: bench.local + "/x/new name")
        try await bench.writeRemote("y/from there", "new")
        bench.wait()
        return bench
    }

    @Test func aPlanChangesNothingAndIsCarriedOutAsItStands() async throws {
        let bench = try await prepared()
        let before = (try bench.wholeLocalTree(), try await bench.wholeRemoteTree())
        let planned = await plan(bench)
        #expect(planned.outcome == .success && planned.counters.changes == 5, "\(planned.counters)")
        #expect(try bench.wholeLocalTree() == before.0)
        #expect(try await bench.wholeRemoteTree() == before.1)
        let done = await apply(bench)
        #expect(done.outcome == .success, "\(String(describing: done.error))")
        #expect(done.counters.changes == 5 && done.counters.renamed.remote == 1)
        #expect(try bench.localTree() == (try await bench.remoteTree()))
        #expect(try bench.localTree()["x/edited"] == "second edition")
        #expect(await bench.run().counters.changes == 0)
    }

    @Test func aFirstRunCanBePlanned() async throws {
        let bench = try await SyncBench()
        try bench.write("a", "1")
        bench.wait()
        _ = await plan(bench, .push)
        #expect(!FileManager.default.fileExists(atPath: bench.state + "/bench.archive"))
        #expect(await apply(bench, .push).counters.copied.remote == 1)
        #expect(try await bench.remoteTree() == ["a": "1"])
    }

    @Test func whatChangedSinceIsLeftAloneAndTold() async throws {
        let bench = try await prepared()
        _ = await plan(bench)
        try bench.write("x/edited", "third edition, after the plan")
        try bench.write("x/not planned", "new")
        try await bench.writeRemote("y/from there", "edited after the plan")
        bench.wait()
        let done = await apply(bench)
        #expect(done.outcome == .partialFailure && done.outcome.exitCode == 1)
        #expect(done.problems.map(\.path.string).sorted() == ["x/edited", "y/from there"])
        let remote = try await bench.remoteTree()
        #expect(remote["x/edited"] == "first edited" && remote["x/not planned"] == nil)
        #expect(remote["x/new name"] == "first renamed" && remote["x/deleted"] == nil)
        #expect(try bench.localTree()["y/from there"] == nil)
        #expect(await bench.run().outcome == .success)
        #expect(try bench.localTree() == (try await bench.remoteTree()))
    }

    @Test func aPlanIsCarriedOutOnce() async throws {
        let bench = try await prepared()
        _ = await plan(bench)
        #expect(await apply(bench).outcome == .success)
        let again = await apply(bench)
        #expect(again.outcome == .guarded && again.error?.message.contains("another run") == true)
    }

    @Test func otherFoldersAndSettingsAreRefused() async throws {
        let bench = try await prepared()
        _ = await plan(bench)
        let before = try await bench.wholeRemoteTree()
        let permanent = await apply(bench) { $0.deletes = .permanent }
        #expect(permanent.outcome == .guarded)
        #expect(
            permanent.error?.message.contains("delete.mode was trash") == true, "\(String(describing: permanent.error))"
        )
        let elsewhere = SyncRun(
            bench.options(.twoWay) { $0.planFile = .carryOut(bench.root + "/plan") }, remote: bench.remote,
            remoteIdentity: "memory://another", remoteRoot: "/", stateDirectory: bench.state, now: { bench.now })
        let report = await elsewhere.run()
        #expect(report.outcome == .guarded && report.error?.message.contains("memory://another") == true)
        #expect(try await bench.wholeRemoteTree() == before)
    }

    @Test func aGuardKeepsThePlanFromBeingWritten() async throws {
        let bench = try await SyncBench()
        for number in 0..<40 { try bench.write("f\(number)", "\(number)") }
        bench.wait()
        await bench.run()
        for number in 0..<39 { try bench.delete("f\(number)") }
        bench.wait()
        #expect(await plan(bench).outcome == .guarded)
        #expect(!FileManager.default.fileExists(atPath: bench.root + "/plan"))
    }

    @Test func damageAndForeignFilesAreRefusedByName() async throws {
        let bench = try await prepared()
        _ = await plan(bench)
        let path = bench.root + "/plan"
        var bytes = Array(try Data(contentsOf: URL(filePath: path)))
        #expect(bytes.count > 8192)
        for index in 4100..<8000 { bytes[index] = 0xAA }
        try Data(bytes).write(to: URL(filePath: path))
        let before = try await bench.wholeRemoteTree()
        let damaged = await apply(bench)
        #expect(damaged.outcome == .failure && damaged.error?.code == .configuration)
        #expect(damaged.error?.message.contains("plan again") == true, "\(String(describing: damaged.error))")
        try Data("a letter to grandma".utf8).write(to: URL(filePath: path))
        #expect(await apply(bench).error?.code == .configuration)
        let refused = await plan(bench)
        #expect(refused.error?.message.contains("is not a plan") == true, "\(String(describing: refused.error))")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "a letter to grandma")
        #expect(try await bench.wholeRemoteTree() == before)
        #expect(await bench.run().outcome == .success, "the archive is as good as before")
    }

    @Test func whatAnInvocationSaidComesBack() async throws {
        let bench = try await prepared()
        _ = await plan(bench)
        #expect(try PlanFile.about(bench.root + "/plan") == ["arguments": "[]"])
        let mode = try FileManager.default.attributesOfItem(atPath: bench.root + "/plan")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }
}
