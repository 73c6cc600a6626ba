import FileModel
import Foundation
import Testing

@testable import Service

@Suite struct RunHistoryTests {
    private let target = RunTarget(
        scheme: "ftpes", host: "ftp.example.com", port: 21, user: "reports", folder: "/in", local: "/srv",
        direction: "push")

    private func withHistory(_ body: (SQLiteRunHistory, String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "history-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(try SQLiteRunHistory(path: folder + "/history.sqlite"), folder + "/history.sqlite")
    }

    @Test func aRunFromStartToEnd() async throws {
        try await withHistory { history, path in
            let start = Timestamp(seconds: 1000, nanoseconds: 250_000_000)
            let id = try await history.runStarted("nightly", target, at: start)
            var record = try #require(try await history.recent("nightly", limit: 10).first)
            #expect(record.status == .running)
            #expect(record.endedAt == nil)

            var outcome = RunOutcome(
                status: .partialFailure, exitCode: 1, statusCode: .uploadFailed, message: "one file")
            outcome.counters.uploaded = 3
            outcome.counters.bytes = 1 << 40
            try await history.runEnded(id, outcome, at: Timestamp(seconds: 1010))
            // Another process reads the same file.
            let other = try SQLiteRunHistory(path: path)
            record = try #require(try await other.recent(nil, limit: 10).first)
            #expect(record.name == "nightly" && record.target == target)
            #expect(record.startedAt == start)
            #expect(record.endedAt == Timestamp(seconds: 1010))
            #expect(record.status == .partialFailure && record.exitCode == 1 && record.statusCode == .uploadFailed)
            #expect(record.counters == outcome.counters)
            #expect(record.message == "one file")
        }
    }

    @Test func theLastStartLeavesSkippedRunsOut() async throws {
        try await withHistory { history, _ in
            #expect(try await history.lastStart(of: "a") == nil)
            _ = try await history.runStarted("a", target, at: Timestamp(seconds: 10))
            let skipped = try await history.runStarted("a", target, at: Timestamp(seconds: 20))
            try await history.runEnded(
                skipped, RunOutcome(status: .skipped, exitCode: 5, statusCode: .ok), at: Timestamp(seconds: 20))
            _ = try await history.runStarted("b", target, at: Timestamp(seconds: 30))
            #expect(try await history.lastStart(of: "a") == Timestamp(seconds: 10))
        }
    }

    @Test func newestFirstAndPruned() async throws {
        try await withHistory { history, _ in
            for second in 1...5 { _ = try await history.runStarted("a", target, at: Timestamp(seconds: Int64(second))) }
            #expect(try await history.recent("a", limit: 2).map(\.startedAt.seconds) == [5, 4])
            try await history.prune(before: Timestamp(seconds: 4))
            #expect(try await history.recent("a", limit: 9).map(\.startedAt.seconds) == [5, 4])
            #expect(try await history.recent("b", limit: 9).isEmpty)
        }
    }

    @Test func filesAreKeptAndForgottenWithTheirRun() async throws {
        try await withHistory { history, _ in
            let old = try await history.runStarted("a", target, at: Timestamp(seconds: 10))
            let new = try await history.runStarted("a", target, at: Timestamp(seconds: 20))
            let done = FileRecord(
                path: try RemotePath([0xFF, 0x2F, 0x61]), action: "copy", side: "remote", bytes: 5, status: .ok,
                at: Timestamp(seconds: 11))
            let failed = FileRecord(
                path: try RemotePath("b"), action: "none", side: nil, bytes: 0, status: .failed, code: "noSpace",
                message: "full", at: Timestamp(seconds: 12))
            try await history.filesEnded(old, [done, failed])
            try await history.filesEnded(new, [done])
            #expect(try await history.files(of: old) == [done, failed])
            try await history.prune(before: Timestamp(seconds: 15))
            #expect(try await history.files(of: old) == [])
            #expect(try await history.files(of: new) == [done])
            #expect(try await history.run(old) == nil)
            #expect(try await history.run(new)?.startedAt == Timestamp(seconds: 20))
        }
    }

    /// A test of a definition is no run of it: the schedule counts from the last run.
    @Test func testsAreNoRuns() async throws {
        try await withHistory { history, _ in
            var test = target
            test.direction = RunTarget.test
            _ = try await history.runStarted("a", test, at: Timestamp(seconds: 50))
            #expect(try await history.lastStart(of: "a") == nil)
            #expect(try await history.recent("a", limit: 9).map(\.target.direction) == ["test"])
        }
    }

    @Test func historyIsKeptForAtLeastThirtyDays() { #expect(SQLiteRunHistory.retention >= .seconds(30 * 86_400)) }

    @Test func aFileOfAnotherProgramIsLeftAlone() async throws {
        try await withHistory { _, path in
            let other = path + ".txt"
            try Data("not a database, but long enough to be looked at as one".utf8).write(
                to: URL(fileURLWithPath: other))
            #expect(throws: StorageError.self) { try SQLiteRunHistory(path: other) }
        }
    }
}
