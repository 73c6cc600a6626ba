public import FileModel
import Glibc
import NIOCore
public import RemoteFileSystem

/// Uploads a rescued file after all: under a temporary name, then renamed to its own.
public struct RescueUpload: Sendable {
    private let store: RescueStore
    private let remote: TimeLimitedRemote

    /// - Parameters:
    ///   - remote: rooted in the folder of the record.
    ///   - timeout: for each call.
    public init(_ store: RescueStore, to remote: any RemoteFileSystem, timeout: Duration) {
        self.store = store
        self.remote = TimeLimitedRemote(base: remote, limit: TimeLimit(duration: timeout))
    }

    /// Uploads and removes the entry.
    ///
    /// - Parameter force: also over a file that somebody changed meanwhile, and a file that may not be complete.
    /// - Throws: `.alreadyExists` when the file on the server is neither what it was before the write nor what the
    ///   failed upload left; the entry stays.
    public func run(_ entry: RescueEntry, force: Bool) async throws(StorageError) {
        guard let record = entry.record else {
            throw StorageError(
                .corrupted,
                "nothing is known of the rescued file \(entry.id) but its content; get it with syncctl rescue export")
        }
        let lock = try store.lock(entry)
        defer { close(lock) }
        if record.isCutShort, !force {
            throw StorageError(
                .invalidArgument,
                "\(record.path) may be incomplete: its program was told of the error while it was writing; look at it "
                    + "with syncctl rescue export, or upload it with --force")
        }
        let content = try Spool(existing: entry.dataFile)
        let path = try record.remotePath()
        let found = try await found(path)
        if !force { try await check(record, found, content, path) }
        if let parts = record.parts {
            try await uploadPatched(record, parts, content, path, found)
        } else {
            try await upload(record, content, path, found)
        }
        try store.remove(entry)
    }

    private func found(_ path: RemotePath) async throws(StorageError) -> FileAttributes? {
        do throws(StorageError) {
            let found = try await remote.attributes(of: path)
            guard found.type == .regular else {
                throw StorageError(.alreadyExists, "\(path) is not a regular file on the server any more")
            }
            return found
        } catch  where error.code == .notFound {
            return nil
        }
    }

    // MARK: - Whether it may be done

    private func check(
        _ record: RescueRecord, _ found: FileAttributes?, _ content: Spool, _ path: RemotePath
    ) async throws(StorageError) {
        guard let found else { return }
        let now = RescueRecord.Base(found)
        if record.base.matches(now) || record.left.matches(now) { return }
        if record.parts == nil, try await isOurs(found, content, path) { return }
        throw StorageError(
            .alreadyExists,
            "\(path) was changed on the server since it was written here; look at both with syncctl rescue export, or "
                + "replace it with --force")
    }

    /// Whether what is there is the beginning of what we have, as a broken upload leaves it.
    private func isOurs(
        _ found: FileAttributes, _ content: Spool, _ path: RemotePath
    ) async throws(StorageError) -> Bool {
        guard found.size <= content.size else { return false }
        let reader = try await remote.openReader(path)
        do throws(StorageError) {
            var position: Int64 = 0
            while position < found.size {
                let bytes = try await reader.read(position..<min(found.size, position + Self.block))
                let own = try content.read(at: position, count: bytes.readableBytes)
                guard bytes.readableBytes > 0, bytes.readableBytesView == own.readableBytesView else {
                    await reader.close()
                    return false
                }
                position += Int64(bytes.readableBytes)
            }
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
        return true
    }

    // MARK: - Doing it

    private static let block: Int64 = 256 * 1024

    /// Puts the rescued parts over the file as it is on the server now.
    private func uploadPatched(
        _ record: RescueRecord, _ parts: [RescueRecord.Part], _ content: Spool, _ path: RemotePath,
        _ found: FileAttributes?
    ) async throws(StorageError) {
        guard let found else {
            throw StorageError(
                .notFound,
                "\(path) is gone, and only parts of it were written; get them with syncctl rescue export")
        }
        let whole = try Spool(directory: store.folder, budget: .unlimited)
        let reader = try await remote.openReader(path)
        do throws(StorageError) {
            try await copy(min(found.size, record.size), from: reader, into: whole)
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
        if whole.size < record.size { try whole.truncate(to: record.size) }
        for part in parts {
            var position = part.offset
            while position < part.offset + part.count {
                let count = Int(min(Self.block, part.offset + part.count - position))
                let bytes = try content.read(at: position, count: count)
                // Bytes behind the end of the content are zeros that were never written.
                guard bytes.readableBytes > 0 else { break }
                try whole.write(bytes, at: position)
                position += Int64(bytes.readableBytes)
            }
        }
        try await upload(record, whole, path, found)
    }

    private func copy(
        _ count: Int64, from reader: TimeLimitedReader, into spool: Spool
    ) async throws(StorageError) {
        var position: Int64 = 0
        while position < count {
            let bytes = try await reader.read(position..<min(count, position + Self.block))
            guard bytes.readableBytes > 0 else {
                throw StorageError(.corrupted, "\(reader.path) ended at \(position) of \(count) bytes")
            }
            try spool.write(bytes, at: position)
            position += Int64(bytes.readableBytes)
        }
    }

    private func upload(
        _ record: RescueRecord, _ content: Spool, _ path: RemotePath, _ found: FileAttributes?
    ) async throws(StorageError) {
        guard let name = path.name, let parent = path.parent else {
            throw StorageError(.corrupted, "the record of the rescued file \(record.id) names no file")
        }
        let temporary = parent.appending(try FileName(Array(".\(name.string.prefix(100)).\(record.id).part".utf8)))
        do throws(StorageError) {
            try await send(record, content, to: temporary)
            guard try await self.found(path) == found else {
                throw StorageError(.alreadyExists, "\(path) was changed on the server during the upload; try again")
            }
            let mode: RenameMode = found == nil ? .keepExisting : .replace
            try await remote.rename(temporary, to: path, mode: mode)
        } catch {
            try? await remote.removeFile(temporary)
            throw error
        }
    }

    private func send(
        _ record: RescueRecord, _ content: Spool, to path: RemotePath
    ) async throws(StorageError) {
        let writer = try await remote.openWriter(
            path, .truncate, permissions: record.permissions, expectedSize: content.size)
        do throws(StorageError) {
            var position: Int64 = 0
            while position < content.size {
                let bytes = try content.read(at: position, count: Int(Self.block))
                try await writer.write(bytes, at: position)
                position += Int64(bytes.readableBytes)
            }
            try await writer.setAttributes(AttributeChanges(modified: Timestamp(seconds: record.modified)))
            try await writer.close()
        } catch {
            await writer.abort()
            throw error
        }
        guard try await remote.attributes(of: path).size == content.size else {
            throw StorageError(.corrupted, "\(path) is not complete on the server although the server said so")
        }
    }
}
