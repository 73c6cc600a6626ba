import FileModel
import NIOCore
import Synchronization
import Testing
import SeededRandom

@testable import VirtualFileSystem

struct ReadAheadWindowTests {
    @Test func growsWhileReadsAreSequentialAndCollapsesWhenNot() {
        var window = ReadAheadWindow(initial: 100, maximum: 800)
        #expect(window.read(0..<10) == 0..<110)
        #expect(window.read(10..<20) == 10..<220)
        #expect(window.read(20..<30) == 20..<430)
        _ = window.read(30..<40)
        #expect(window.read(40..<50) == 40..<850)
        #expect(window.read(50_000_000..<50_000_010) == 50_000_000..<50_000_010)
        #expect(!window.isSequential)
        #expect(window.read(50_000_010..<50_000_020) == 50_000_010..<50_000_120)
    }

    @Test func readsOutOfOrderBelongToTheRun() {
        var window = ReadAheadWindow(initial: 1 << 20, maximum: 8 << 20)
        _ = window.read(0..<131_072)
        _ = window.read(262_144..<393_216)
        _ = window.read(131_072..<262_144)
        #expect(window.isSequential)
        #expect(window.frontier == 393_216)
    }
}

/// A file of bytes that counts what is fetched from it.
final class CountedSource: BlockSource {
    let isConcurrent: Bool
    let content: [UInt8]
    let fetched = Mutex<[Range<Int64>]>([])
    let failures = Mutex(0)

    init(_ content: [UInt8], isConcurrent: Bool) {
        self.content = content
        self.isConcurrent = isConcurrent
    }

    func fetch(_ range: Range<Int64>) async throws(StorageError) -> ByteBuffer {
        fetched.withLock { $0.append(range) }
        let fails = failures.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
        if fails { throw StorageError(.connectionLost, "injected") }
        await Task.yield()
        let start = min(Int(range.lowerBound), content.count)
        return ByteBuffer(bytes: content[start..<min(Int(range.upperBound), content.count)])
    }

    func expect(_ attributes: FileAttributes) -> Bool { true }
    func contentChanged() {}
    func rest() {}
    func close() async {}
}

@Suite(.timeLimit(.minutes(1)))
struct ReadAheadTests {
    private func make(_ source: CountedSource, window: Int64 = 65_536) -> ReadAhead {
        let size = Int64(source.content.count)
        return ReadAhead(source: source, blockSize: 4096, maximumWindow: window, fileSize: { size })
    }

    private func read(_ reader: ReadAhead, _ offset: Int64, _ count: Int) async throws -> [UInt8] {
        try await reader.read(at: offset, count: count).flatMap { Array($0.readableBytesView) }
    }

    @Test(arguments: [true, false], [100_000, 98_304, 1, 4096])
    func sequentialReadsFetchEachBlockOnce(isConcurrent: Bool, size: Int) async throws {
        let source = CountedSource(pattern(size), isConcurrent: isConcurrent)
        let reader = make(source)
        var result: [UInt8] = []
        while true {
            let bytes = try await read(reader, Int64(result.count), 1000)
            if bytes.isEmpty { break }
            result += bytes
        }
        #expect(result == source.content)
        let starts = source.fetched.withLock { $0.map(\.lowerBound) }
        #expect(Set(starts).count == starts.count, "no block is fetched twice")
        if !isConcurrent { #expect(starts == starts.sorted()) }
    }

    @Test func randomReadsFetchJustWhatWasAsked() async throws {
        let source = CountedSource(pattern(8 << 20), isConcurrent: true)
        let reader = make(source)
        for offset in [5_000_000, 200_000, 7_000_000, 3_000_000] {
            #expect(try await read(reader, Int64(offset), 100) == Array(source.content[offset..<offset + 100]))
        }
        #expect(source.fetched.withLock { $0.map(\.count) } == [100, 100, 100, 100])
    }

    @Test func aStreamReadsOnOverASmallGapRatherThanStartAgain() async throws {
        let source = CountedSource(pattern(200_000), isConcurrent: false)
        let reader = make(source, window: 0)
        #expect(try await read(reader, 0, 100) == Array(source.content[0..<100]))
        #expect(try await read(reader, 40_000, 100) == Array(source.content[40_000..<40_100]))
        let starts = source.fetched.withLock { $0.map(\.lowerBound) }
        #expect(starts == (0..<10).map { Int64($0) * 4096 })
    }

    @Test(arguments: [true, false])
    func randomReadsOfEveryKindGiveTheRightBytes(isConcurrent: Bool) async throws {
        var generator = SeededGenerator(seed: 4711)
        let source = CountedSource(pattern(300_000), isConcurrent: isConcurrent)
        let reader = make(source)
        for _ in 0..<500 {
            let offset = Int.random(in: 0..<310_000, using: &generator)
            let count = Int.random(in: 1..<20_000, using: &generator)
            let start = min(offset, source.content.count)
            let expected = Array(source.content[start..<min(offset + count, source.content.count)])
            #expect(try await read(reader, Int64(offset), count) == expected, "seed 4711")
        }
    }

    @Test func concurrentReadsOfOneHandleGiveTheRightBytes() async throws {
        let source = CountedSource(pattern(300_000), isConcurrent: false)
        let reader = make(source)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let offset = (index * 37_811) % 290_000
                    return try await self.read(reader, Int64(offset), 5000)
                        == Array(source.content[offset..<min(offset + 5000, 300_000)])
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test(arguments: [true, false])
    func aFailedFetchIsTriedAgainByTheNextRead(isConcurrent: Bool) async throws {
        let source = CountedSource(pattern(10_000), isConcurrent: isConcurrent)
        source.failures.withLock { $0 = 3 }
        let reader = make(source)
        await #expect(throws: StorageError.self) { try await self.read(reader, 0, 10_000) }
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            if let found = try? await read(reader, 0, 10_000) { bytes = found }
        }
        #expect(bytes == source.content)
    }

    @Test func nothingIsFetchedBeyondTheEnd() async throws {
        let source = CountedSource(pattern(10_000), isConcurrent: true)
        let reader = make(source, window: 1 << 20)
        _ = try await read(reader, 0, 100)
        #expect(source.fetched.withLock { $0.allSatisfy { $0.lowerBound < 10_000 } })
    }
}
