import FileModel
import NIOCore
import RemoteFileSystem
import SyncCore
import SyncEngine
import Synchronization
import Testing

/// `transfer.verify = "checksum"`: the server computes, and where it does not the file is read back.
@Suite(.timeLimit(.minutes(2)))
struct ChecksumTests {
    private let big = String(repeating: "0123456789abcdef", count: 100_000)

    private func checked(_ options: inout SyncOptions) { options.verification = .checksum }

    /// Counts what is asked about temporary files on the server.
    private func watch(_ bench: SyncBench, _ answer: @escaping InMemoryRemote.Hook = { _, _ in }) -> Tally {
        let tally = Tally()
        bench.remote.onOperation { operation, path throws(StorageError) in
            tally.add(operation)
            try await answer(operation, path)
        }
        return tally
    }

    @Test(arguments: [InMemoryRemote.Style.randomAccess, .stream])
    func nothingIsReadBackFromAServerThatComputes(_ style: InMemoryRemote.Style) async throws {
        let bench = try await SyncBench(style)
        try bench.write("small", "1")
        try bench.write("big", big)
        bench.wait()
        let tally = watch(bench)
        let report = await bench.run(.push, checked)
        bench.remote.onOperation(nil)
        #expect(report.outcome == .success && report.counters.copied.remote == 2, "\(report)")
        #expect(tally[.checksum] == 2 && tally[.read] == 0)
        #expect(try await bench.remoteTree() == ["small": "1", "big": big])
    }

    @Test func downloadsAreCheckedToo() async throws {
        let bench = try await SyncBench()
        try await bench.writeRemote("big", big)
        bench.wait()
        let tally = watch(bench)
        #expect(await bench.run(.pull, checked).outcome == .success)
        bench.remote.onOperation(nil)
        #expect(tally[.checksum] == 1)
        #expect(try bench.localTree() == ["big": big])
    }

    @Test func aServerThatComputesNothingIsReadBack() async throws {
        let bench = try await SyncBench { $0.checksums = [] }
        try bench.write("big", big)
        bench.wait()
        let tally = watch(bench)
        #expect(await bench.run(.push, checked).outcome == .success)
        #expect(tally[.checksum] == 0 && tally[.read] > 0)
    }

    /// It may have lost its session over the first question, so it is not asked again.
    @Test func aServerThatFailsOverTheQuestionIsReadBack() async throws {
        let bench = try await SyncBench()
        for name in ["a", "b", "c"] { try bench.write(name, big) }
        bench.wait()
        let tally = watch(bench) { operation, _ throws(StorageError) in
            if operation == .checksum { throw StorageError(.timedOut, "it computes for ever") }
        }
        let report = await bench.run(.push) {
            checked(&$0)
            $0.isSequential = true
        }
        #expect(report.outcome == .success && report.counters.copied.remote == 3, "\(report)")
        #expect(tally[.checksum] == 1 && tally[.read] > 3)
    }

    /// Same size, other content: it must not get the name.
    @Test(arguments: [true, false])
    func whatArrivedOtherwiseDoesNotCount(_ computes: Bool) async throws {
        let bench = try await SyncBench { if !computes { $0.checksums = [] } }
        try bench.write("report", "the good words")
        bench.wait()
        let remote = bench.remote
        let isDone = Mutex(false)
        remote.onOperation { operation, path throws(StorageError) in
            guard operation == (computes ? .checksum : .openReader), path.name?.string.hasSuffix(".part") == true,
                isDone.withLock({ done in
                    defer { done = true }
                    return !done
                })
            else { return }
            let writer = try await remote.openWriter(path, .truncate, permissions: nil, expectedSize: nil)
            try await writer.write(ByteBuffer(string: "the evil words"), at: 0)
            try await writer.close()
        }
        let report = await bench.run(.push, checked)
        remote.onOperation(nil)
        #expect(report.outcome == .partialFailure && report.statusCode == .uploadFailed, "\(report)")
        #expect(report.error?.code == .corrupted && report.counters.copied.remote == 0)
        #expect(try await bench.wholeRemoteTree() == [:], "nothing is left of it")
        #expect(await bench.run(.push, checked).outcome == .success)
        #expect(try await bench.remoteTree() == ["report": "the good words"])
    }
}

/// How often each operation was asked for.
private final class Tally: Sendable {
    private let counts = Mutex<[InMemoryRemote.Operation: Int]>([:])

    func add(_ operation: InMemoryRemote.Operation) { counts.withLock { $0[operation, default: 0] += 1 } }

    subscript(_ operation: InMemoryRemote.Operation) -> Int { counts.withLock { $0[operation, default: 0] } }
}
