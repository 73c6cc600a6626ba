import FileModel
import NIOCore
import RemoteFileSystem
import SyncCore

/// Big files from a server that reads anywhere.
extension FileCopier {
    /// Bytes; from here on a file is read over two connections where there are.
    private static let smallestShared: Int64 = 64 << 20
    private static let mostAhead: Int64 = 16 << 20

    /// Bytes that one reader of a file asks for ahead: what a line of 320 MiB/s holds, with a round trip of 50 ms where that
    /// is not known. What is asked for beyond that an OpenSSH server keeps in buffers that it copies about: 1 GiB from
    /// a server nearby took 6.0 s with 16 MiB ahead, and 3.2 s with 2.
    private var readAhead: Int64 {
        let roundTrip = source.files.roundTrip ?? .milliseconds(50)
        return min(Self.mostAhead, max(2 << 20, Int64(roundTrip / .seconds(1) * Double(320 << 20))))
    }

    private enum Arrival: Sendable {
        case block(ReadAheadBlock, isFurther: Bool, Result<ByteBuffer, StorageError>)
        case further((any RemoteReader)?)
    }

    /// Many reads under way at once, so that a long line is filled; writes stay in order, so that what a temporary
    /// file holds is always the beginning of the whole.
    func moveReadingAhead(
        _ reader: any RemoteReader, _ writer: any RemoteWriter, from offset: Int64
    ) async throws(StorageError) -> Bool {
        let result = await withTaskGroup(of: Arrival.self) { group -> Result<Bool, StorageError> in
            var readers = ReaderPair(reader)
            if isShared(from: offset) { group.addTask { .further(await reader.another()) } }
            let result: Result<Bool, StorageError>
            do throws(StorageError) {
                result = .success(try await move(&readers, writer, from: offset, &group))
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            for await case .further(let late?) in group { await late.close() }
            await readers.closeFurther()
            return result
        }
        return try result.get()
    }

    private func move(
        _ readers: inout ReaderPair, _ writer: any RemoteWriter, from offset: Int64, _ group: inout TaskGroup<Arrival>
    ) async throws(StorageError) -> Bool {
        var blocks = ReadAheadBlocks(from: offset, to: order.source.size, length: Int64(blockSize))
        let ahead = readAhead
        while !blocks.isComplete {
            while let block = blocks.next(within: min(Self.mostAhead, ahead * readers.count)) {
                ask(block, &readers, &group)
            }
            switch await group.next() {
            case nil: return false
            case .further(let further): readers.further = further
            case .block(let block, let isFurther, let answer):
                readers.answered(isFurther)
                let content = try? answer.get()
                if content?.readableBytes == block.count {
                    blocks.arrived(block, content)
                } else if isFurther {
                    await readers.closeFurther()
                    ask(block, &readers, &group)
                } else {
                    _ = try answer.get()
                    return false
                }
            }
            while let (content, position) = blocks.nextToWrite() { try await write(content, writer, at: position) }
        }
        return true
    }

    private func ask(_ block: ReadAheadBlock, _ readers: inout ReaderPair, _ group: inout TaskGroup<Arrival>) {
        let (reader, isFurther) = readers.next()
        group.addTask {
            .block(block, isFurther: isFurther, await permittedRead(reader, at: block.position, count: block.count))
        }
    }

    private func permittedRead(
        _ reader: any RemoteReader, at position: Int64, count: Int
    ) async -> Result<ByteBuffer, StorageError> {
        await context.blocks.acquire()
        defer { context.blocks.release() }
        do throws(StorageError) {
            return .success(try await read(reader, at: position, count: count))
        } catch {
            return .failure(error)
        }
    }

    /// One thread decrypts what one connection brings, here and at the server. With a limit of bandwidth that is not what
    /// keeps it.
    private func isShared(from offset: Int64) -> Bool {
        order.source.size - offset >= Self.smallestShared && context.bandwidth[target.side] == nil
    }
}

/// The reader of a file, and a further one that may come and go.
private struct ReaderPair {
    private let first: any RemoteReader
    var further: (any RemoteReader)?
    private var underWay = (first: 0, further: 0)

    init(_ first: any RemoteReader) { self.first = first }

    var count: Int64 { further == nil ? 1 : 2 }

    /// Who takes the next block: the one with less under way.
    mutating func next() -> (reader: any RemoteReader, isFurther: Bool) {
        if let further, underWay.further < underWay.first {
            underWay.further += 1
            return (further, true)
        }
        underWay.first += 1
        return (first, false)
    }

    mutating func answered(_ isFurther: Bool) {
        if isFurther { underWay.further -= 1 } else { underWay.first -= 1 }
    }

    mutating func closeFurther() async {
        await further?.close()
        further = nil
    }
}
