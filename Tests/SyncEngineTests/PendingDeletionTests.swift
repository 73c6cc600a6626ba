import FileModel
import Foundation
import RemoteFileSystem
import SyncCore
import SyncEngine
import Testing

/// Row 29: what a side refuses to delete is remembered, told, and tried again.
@Suite(.timeLimit(.minutes(2)))
struct PendingDeletionTests {
    private func refused(_ count: Int, _ mode: SyncMode) async throws -> SyncBench {
        let bench = try await SyncBench()
        for number in 0..<30 { try bench.write("folder/f\(number)", "\(number)") }
        bench.wait()
        await bench.run(mode)
        for number in 0..<count { try bench.delete("folder/f\(number)") }
        bench.remote.onOperation { operation, path throws(StorageError) in
            guard operation == .rename, path.string.hasPrefix("folder/f") else { return }
            throw StorageError(.permissionDenied, "no")
        }
        return bench
    }

    @Test(arguments: [SyncMode.twoWay, .oneWay(from: .local, mirror: true)])
    func theyAreToldWithTheirNextAttempt(_ mode: SyncMode) async throws {
        let bench = try await refused(3, mode)
        let before = bench.now
        #expect(await bench.session(mode).run().outcome == .partialFailure)
        let pending = try #require(PendingDeletions.all(in: bench.state, limit: 2).first)
        #expect(pending.name == "bench" && pending.count == 3 && pending.identity.server == "memory://test")
        #expect(pending.deletions.map(\.path.string) == ["folder/f0", "folder/f1"])
        for deletion in pending.deletions {
            #expect(deletion.side == .remote && deletion.attempts == 1)
            #expect(deletion.nextAttempt == before.advanced(by: .seconds(60)))
        }
    }

    @Test(arguments: [SyncMode.twoWay, .oneWay(from: .local, mirror: true)])
    func attemptsAreFurtherAndFurtherApart(_ mode: SyncMode) async throws {
        let bench = try await refused(1, mode)
        func attempts() -> Int { PendingDeletions.all(in: bench.state, limit: 1).first?.deletions.first?.attempts ?? 0 }
        #expect(await bench.session(mode).run().outcome == .partialFailure)
        bench.wait(59)
        #expect(await bench.session(mode).run().outcome == .success && attempts() == 1, "not yet")
        bench.wait(1)
        #expect(await bench.session(mode).run().outcome == .partialFailure && attempts() == 2)
        bench.wait(119)
        #expect(await bench.session(mode).run().outcome == .success && attempts() == 2, "twice as long")
        bench.wait(1)
        bench.remote.onOperation(nil)
        #expect(await bench.session(mode).run().counters.deleted.remote == 1)
        #expect(PendingDeletions.all(in: bench.state, limit: 1).isEmpty)
    }

    @Test func oddNamesOfSyncsComeBack() async throws {
        let bench = try await SyncBench()
        try bench.write("f", "1")
        bench.wait()
        await bench.run { $0.name = "a b%/\u{E4}" }
        try bench.delete("f")
        bench.remote.onOperation { operation, _ throws(StorageError) in
            if operation == .rename { throw StorageError(.permissionDenied, "no") }
        }
        await bench.run {
            $0.name = "a b%/\u{E4}"
            $0.allowsEmptySide = true
        }
        #expect(PendingDeletions.all(in: bench.state, limit: 1).map(\.name) == ["a b%/\u{E4}"])
    }

    /// Both were once kept in one archive, under a name of replacement characters.
    @Test func namesThatDifferInOneAccentHaveArchivesOfTheirOwn() async throws {
        let bench = try await SyncBench()
        try bench.write("f", "1")
        bench.wait()
        for name in ["\u{E4}", "\u{F6}"] { await bench.run { $0.name = name } }
        let files = try FileManager.default.contentsOfDirectory(atPath: bench.state)
        #expect(Set(files.filter { $0.hasSuffix(".archive") }) == ["\u{E4}.archive", "\u{F6}.archive"])
    }

    @Test func aFolderWithoutArchivesHasNone() {
        #expect(PendingDeletions.all(in: "/nonexistent", limit: 1).isEmpty)
    }
}
