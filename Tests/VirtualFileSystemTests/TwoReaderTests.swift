import FileModel
import NIOCore
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

/// A reader of a big file that says which of two answered, and may be made to fail.
private final class ToldReader: RemoteReader {
    let attributes: FileAttributes?
    let mark: UInt8
    let further: ToldReader?
    let reads = Shared(0)
    let failure = Shared<StorageError?>(nil)
    let isClosed = Shared(false)

    init(_ mark: UInt8, size: Int64, further: ToldReader? = nil) {
        attributes = FileAttributes(type: .regular, size: size)
        self.mark = mark
        self.further = further
    }

    func read(at offset: Int64, count: Int) async throws(StorageError) -> ByteBuffer {
        reads.withLock { $0 += 1 }
        await Task.yield()
        if let failure = failure.current { throw failure }
        return ByteBuffer(repeating: mark, count: count)
    }

    func another() async -> (any RemoteReader)? { further }

    func close() async { isClosed.withLock { $0 = true } }
}

@Suite(.timeLimit(.minutes(1)))
struct TwoReaderTests {
    private let block: Int64 = 1 << 20

    private func source(of reader: ToldReader) throws -> RandomReadSource {
        let path = try RemotePath("/big")
        return RandomReadSource {
            TimeLimitedReader(base: reader, path: path, limit: TimeLimit(duration: .seconds(10)))
        }
    }

    /// Reads `count` blocks, four at once, and returns which reader delivered each.
    private func marks(_ source: RandomReadSource, _ count: Int64) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: UInt8.self) { group in
            var marks: [UInt8] = []
            for index in 0..<count {
                if index >= 4, let mark = try await group.next() { marks.append(mark) }
                group.addTask { [block] in
                    let bytes = try await source.fetch(index * block..<(index + 1) * block)
                    #expect(bytes.readableBytes == Int(block))
                    return bytes.getInteger(at: bytes.readerIndex) ?? 0
                }
            }
            for try await mark in group { marks.append(mark) }
            return marks
        }
    }

    @Test func aBigFileReadInOrderComesOverTwoConnections() async throws {
        let reader = ToldReader(1, size: 1 << 30, further: ToldReader(2, size: 1 << 30))
        let source = try source(of: reader)
        let marks = try await marks(source, 256)
        #expect(marks.contains(1) && marks.contains(2))
        await source.close()
        #expect(reader.isClosed.current && reader.further?.isClosed.current == true)
    }

    @Test func theBeginningOfABigFileTakesNoFurtherConnection() async throws {
        let reader = ToldReader(1, size: 1 << 30, further: ToldReader(2, size: 1 << 30))
        let marks = try await marks(try source(of: reader), 3)
        #expect(marks.allSatisfy { $0 == 1 } && reader.further?.reads.current == 0)
    }

    @Test func whatTheFurtherReaderFailsToDeliverComesFromTheFirst() async throws {
        let reader = ToldReader(1, size: 1 << 30, further: ToldReader(2, size: 1 << 30))
        reader.further?.failure.withLock { $0 = StorageError(.busy, "given back") }
        let marks = try await marks(try source(of: reader), 256)
        #expect(marks.allSatisfy { $0 == 1 } && reader.further?.isClosed.current == true)
        #expect(try #require(reader.further).reads.current > 0, "it was asked")
    }

    @Test func aFileThatIsWrittenIsReadByOneReader() async throws {
        let reader = ToldReader(1, size: 1 << 30, further: ToldReader(2, size: 1 << 30))
        let source = try source(of: reader)
        #expect(try await marks(source, 256).contains(2))
        source.contentChanged()
        #expect(try await marks(source, 256).allSatisfy { $0 == 1 })
    }
}
