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
        let upload = ContentUpload(remote, record, content, to: path)
        let found = try await upload.found()
        if !force { try await upload.check(found) }
        if let parts = record.parts {
            try await uploadPatched(record, parts, content, path, found)
        } else {
            try await upload.run(over: found)
        }
        try store.remove(entry)
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
        try await ContentUpload(remote, record, whole, to: path).run(over: found)
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
}
