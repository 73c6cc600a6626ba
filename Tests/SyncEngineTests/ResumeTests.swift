import FileModel
import NIOCore
import RemoteFileSystem
import SyncCore
import Synchronization
import Testing

@testable import SyncEngine

/// Temporary files that an earlier run left.
@Suite(.timeLimit(.minutes(2)))
struct ResumeTests {
    private static let gaps = WriteGaps(smallestFile: 1 << 20, orderedStart: 1 << 20, span: 2 << 20)
    private let content = String(repeating: "0123456789abcdef", count: 512 << 10)

    /// A push that ends as if by a kill after so many writes of 256 KiB.
    private func interrupted(_ gaps: WriteGaps?, after writes: Int) async throws -> (SyncBench, RemotePath) {
        let bench = try await SyncBench { $0.gaps = gaps }
        try bench.write("big", content)
        bench.wait()
        let count = Mutex(0)
        bench.remote.onOperation { operation, path throws(StorageError) in
            guard operation == .write else { return }
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number == writes { bench.keepState() }
            if number >= writes { throw .cancelled }
        }
        await bench.run(.push)
        bench.remote.onOperation(nil)
        bench.restoreState()
        let names = try await bench.wholeRemoteTree().keys.filter { $0.hasSuffix(".part") }
        return (bench, try RemotePath(try #require(names.first)))
    }

    /// Runs once more and tells where the first write went.
    private func finish(_ bench: SyncBench) async throws -> Int {
        let written = Mutex(0)
        bench.remote.onOperation { operation, _ throws(StorageError) in
            if operation == .write { written.withLock { $0 += 1 } }
        }
        #expect(await bench.run(.push).outcome == .success)
        bench.remote.onOperation(nil)
        #expect(try await bench.remoteTree()["big"] == content)
        return written.withLock { $0 }
    }

    private func makeGap(in path: RemotePath, _ bench: SyncBench, at offset: Int64, count: Int) async throws {
        let writer = try await bench.remote.openWriter(path, .update, permissions: nil, expectedSize: nil)
        try await writer.write(ByteBuffer(repeating: 0, count: count), at: offset)
        try await writer.close()
    }

    @Test func aFileThatGrewInOrderIsContinuedAtItsEnd() async throws {
        let (bench, _) = try await interrupted(nil, after: 21)
        #expect(try await finish(bench) == 32 - 20)
    }

    /// Its size is no proof: what may have gaps is written again.
    @Test func aFileThatMayHaveGapsIsContinuedBeforeThem() async throws {
        let (bench, partial) = try await interrupted(Self.gaps, after: 21)
        #expect(try await bench.remote.attributes(of: partial).size == 5 << 20)
        try await makeGap(in: partial, bench, at: 3 << 20, count: 256 << 10)
        #expect(try await finish(bench) == 32 - 12)
    }

    @Test func aFileThatIsNoLongerThanItsOrderedStartIsContinuedAtItsEnd() async throws {
        let (bench, _) = try await interrupted(Self.gaps, after: 5)
        #expect(try await finish(bench) == 32 - 4)
    }

    @Test func aFileWithNothingBeforeItsGapsIsWrittenAnew() async throws {
        let (bench, partial) = try await interrupted(Self.gaps, after: 8)
        try await makeGap(in: partial, bench, at: 0, count: 1 << 20)
        #expect(try await finish(bench) == 32)
    }
}
