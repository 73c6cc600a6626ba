import FileModel
import NIOCore
import RemoteFileSystem
import SyncCore

extension FileCopier {
    var blockSize: Int { max(32 << 10, min(1 << 20, remoteReplica.capabilities.blockSize)) }
    private var remoteReplica: Replica { context.replicas.remote }

    /// Writes the whole source to the temporary name.
    ///
    /// - Parameter replacing: attributes of the file that will be replaced; its permissions are kept.
    /// - Returns: false when the source is not what the plan saw.
    func stage(replacing: FileAttributes?) async throws(StorageError) -> Bool {
        let reader = try await source.files.openReader(order.sourcePath)
        do throws(StorageError) {
            let isComplete = try await stage(from: reader, replacing: replacing)
            await reader.close()
            return isComplete
        } catch {
            await reader.close()
            throw error
        }
    }

    private func stage(
        from reader: any RemoteReader, replacing: FileAttributes?
    ) async throws(StorageError) -> Bool {
        if let found = reader.attributes, !Entry(found).isSameState(as: order.source) { return false }
        let offset = try await resumableOffset(reader)
        let permissions = (replacing ?? reader.attributes)?.permissions.map { $0 & 0o777 }
        let writer = try await withFolders { () throws(StorageError) in
            try await target.files.openWriter(
                order.temporary, disposition(offset), permissions: permissions, expectedSize: order.source.size)
        }
        // What is cut short under its own name has to look like it.
        if order.temporary == order.path { writer.keepOrder() }
        do throws(StorageError) {
            guard try await move(reader, writer, from: offset) else {
                await writer.abort()
                return false
            }
            // Where a listing tells only the day of a file, opening it may have told the second.
            let modified = reader.attributes?.modified ?? order.source.modified
            try await finish(writer, modified: modified?.time, permissions: replacing == nil ? nil : permissions)
            return true
        } catch {
            await writer.abort()
            throw error
        }
    }

    /// What is behind `offset` goes where that can be, for it may have gaps.
    private func disposition(_ offset: Int64) -> WriteDisposition {
        if offset == 0 { return .truncate }
        return target.capabilities.randomWrite && !target.capabilities.truncation ? .update : .resume(at: offset)
    }

    private func finish(
        _ writer: any RemoteWriter, modified: Timestamp?, permissions: UInt16?
    ) async throws(StorageError) {
        var changes = AttributeChanges()
        if context.options.keepsTimes, target.capabilities.modificationTimeSetter != nil {
            changes.modified = modified
        }
        if target.capabilities.permissions { changes.permissions = permissions }
        if !changes.isEmpty { try await writer.setAttributes(changes) }
        if context.options.durability == .file, target.capabilities.synchronization { try await writer.synchronize() }
        try await writer.close()
    }

    /// Makes missing folders above the target once.
    func withFolders<Value: Sendable>(
        _ body: () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        do throws(StorageError) {
            return try await body()
        } catch  where error.code == .notFound {
            try await makeFolders()
            return try await body()
        }
    }

    private func makeFolders() async throws(StorageError) {
        for directory in order.path.ancestors.reversed() where !directory.isRoot {
            do throws(StorageError) {
                try await target.files.createDirectory(directory, permissions: nil)
            } catch  where error.code == .alreadyExists {
            }
        }
    }

    // MARK: - Moving bytes

    /// - Returns: false when the source ended early.
    private func move(
        _ reader: any RemoteReader, _ writer: any RemoteWriter, from offset: Int64
    ) async throws(StorageError) -> Bool {
        if !source.capabilities.exactSizes { return try await moveToItsEnd(reader, writer) }
        if order.source.size - offset > 2 * Int64(blockSize), source.side == .remote, source.capabilities.randomRead {
            return try await moveReadingAhead(reader, writer, from: offset)
        }
        var position = offset
        while position < order.source.size {
            let count = Int(min(Int64(blockSize), order.source.size - position))
            let piece = try await reader.readPiece(at: position, atMost: count)
            guard piece.readableBytes > 0 else { return false }
            try await context.bandwidth[target.side]?.pass(piece.readableBytes)
            try await write(piece, writer, at: position)
            position += Int64(piece.readableBytes)
        }
        return true
    }

    /// All that the reader delivers, however much that is.
    private func moveToItsEnd(_ reader: any RemoteReader, _ writer: any RemoteWriter) async throws(StorageError) -> Bool
    {
        var position: Int64 = 0
        while true {
            let block = try await read(reader, at: position, count: blockSize)
            if block.readableBytes > 0 { try await write(block, writer, at: position) }
            position += Int64(block.readableBytes)
            if block.readableBytes < blockSize { return true }
        }
    }

    func read(
        _ reader: any RemoteReader, at position: Int64, count: Int
    ) async throws(StorageError) -> ByteBuffer {
        try await context.bandwidth[target.side]?.pass(count)
        return try await reader.read(at: position, count: count)
    }

    func write(_ block: ByteBuffer, _ writer: any RemoteWriter, at position: Int64) async throws(StorageError) {
        try await writer.write(block, at: position)
        room.wrote(Int64(block.readableBytes))
        context.observer?.observe(.transferred(bytes: Int64(block.readableBytes), to: target.side))
    }

    // MARK: - Resuming

    private static let smallestResumed: Int64 = 1 << 20
    private static let comparedTail: Int64 = 64 << 10

    /// How much of the temporary file of an earlier attempt can stay: what has no gaps, and an end that is the source's.
    private func resumableOffset(_ reader: any RemoteReader) async throws(StorageError) -> Int64 {
        guard order.mayResume, context.options.resumes, context.comparesSizes,
            order.source.size >= Self.smallestResumed,
            target.capabilities.randomWrite || target.capabilities.resumableWrite,
            let partial = try await target.entry(at: order.temporary), partial.type == .regular,
            partial.size > 0, partial.size <= order.source.size
        else { return 0 }
        let end = target.capabilities.gaps?.unbroken(of: partial.size, in: order.source.size) ?? partial.size
        let start = max(0, end - Self.comparedTail)
        let count = Int(end - start)
        guard count > 0 else { return 0 }
        let written = try await target.files.openReader(order.temporary)
        do throws(StorageError) {
            let theirs = try await written.read(at: start, count: count)
            await written.close()
            let ours = try await reader.read(at: start, count: count)
            return ours == theirs && ours.readableBytes == count ? end : 0
        } catch {
            await written.close()
            throw error
        }
    }
}
