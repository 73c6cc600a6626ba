import ConnectionPool
import FileModel
import NIOCore
import RemoteFileSystem
import SFTP
import Synchronization

/// An open file to write on one connection, a big one by several channels of it or by a second one; writes are pipelined,
/// attributes ride with CLOSE.
final class SFTPRemoteWriter: RemoteWriter {
    private let lease: Lease<SFTPConnection>
    private let writer: SFTPWriter
    private let pending = Mutex(AttributeChanges())

    init(_ lease: Lease<SFTPConnection>, _ writer: SFTPWriter) {
        self.lease = lease
        self.writer = writer
    }

    func write(_ bytes: ByteBuffer, at offset: Int64) async throws(StorageError) {
        try await writer.write(bytes, at: offset)
    }

    func keepOrder() { writer.keepOrder() }

    func synchronize() async throws(StorageError) {
        do throws(StorageError) {
            try await writer.synchronize()
        } catch  where error.code == .unsupported {
            // The writes are answered: the server has the bytes, and promises no more.
        }
    }

    func setAttributes(_ changes: AttributeChanges) async throws(StorageError) {
        var later = changes
        if let size = changes.size {
            try lease.connection.requireResizing()
            try await writer.drain()
            try await lease.connection.fsetstat(writer.handle, SFTPAttributes(size: UInt64(max(0, size))))
            if size <= 0 { writer.noteEmptied() }
            later.size = nil
        }
        pending.withLock { $0.merge(later) }
    }

    func close() async throws(StorageError) {
        do throws(StorageError) {
            try await writer.close(try await attributesToSet())
            lease.release()
        } catch {
            await giveUp()
            lease.end(error)
            throw error
        }
    }

    private func attributesToSet() async throws(StorageError) -> SFTPAttributes {
        let changes = pending.withLock { $0 }
        var wanted = try SFTPAttributes(changes)
        if changes.needsPresentAttributes {
            wanted.complete(changes, with: try await lease.connection.fstat(writer.handle))
        }
        return wanted
    }

    func abort() async {
        await giveUp()
        lease.release()
    }

    private func giveUp() async {
        writer.abort()
        // Not in this task, which may be cancelled: then it would not wait.
        await Task { await writer.settle() }.value
    }

    deinit {
        // Harmless after `close`: a handle is closed once, a lease ends once.
        writer.abort()
    }
}

extension SFTPWriter {
    static let gaps = WriteGaps(
        smallestFile: WritePlan.bigFile, orderedStart: Int64(orderedStart), span: Int64(span))
}
