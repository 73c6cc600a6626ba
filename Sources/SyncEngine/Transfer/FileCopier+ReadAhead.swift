import FileModel
import NIOCore
import RemoteFileSystem
import SyncCore

/// Big files from a server that reads anywhere.
extension FileCopier {
    private typealias Readers = ReaderPair<any RemoteReader>

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
            var readers = Readers(reader)
            if isShared(from: offset) { group.addTask { .further(await reader.another()) } }
            let result: Result<Bool, StorageError>
            do throws(StorageError) {
                result = .success(try await move(&readers, writer, from: offset, &group))
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            for await case .further(let late?) in group { await late.close() }
            await readers.takeFurther()?.close()
            return result
        }
        return try result.get()
    }

    private func move(
        _ readers: inout Readers, _ writer: any RemoteWriter, from offset: Int64, _ group: inout TaskGroup<Arrival>
    ) async throws(StorageError) -> Bool {
        var blocks = ReadAheadBlocks(from: offset, to: order.source.size, length: Int64(blockSize))
        while !blocks.isComplete {
            let window = source.files.bytesAhead(connections: readers.count)
            while let block = blocks.next(within: window) {
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
                    await readers.takeFurther()?.close()
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

    private func ask(_ block: ReadAheadBlock, _ readers: inout Readers, _ group: inout TaskGroup<Arrival>) {
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
        order.source.size - offset >= Readers.smallestShared && context.bandwidth[target.side] == nil
    }
}
