import ConnectionPool
import FileModel
import NIOCore
import RemoteFileSystem
import SFTP
import Synchronization

/// An open file on one connection; reads overlap, each in one flight of blocks.
///
/// When the connection is lost the file is opened again once, and read on only if it is still the same file.
final class SFTPRemoteReader: RemoteReader {
    private struct Open {
        let lease: Lease<SFTPConnection>
        let handle: SFTPHandle
        let generation: Int
    }

    let attributes: FileAttributes?
    private let remote: SFTPRemote
    private let path: RemotePath
    private let current: Mutex<Open?>

    init(
        _ remote: SFTPRemote, _ path: RemotePath, _ lease: Lease<SFTPConnection>, _ handle: SFTPHandle,
        _ attributes: FileAttributes?
    ) {
        self.remote = remote
        self.path = path
        self.attributes = attributes
        current = Mutex(Open(lease: lease, handle: handle, generation: 0))
    }

    func read(at offset: Int64, count: Int) async throws(StorageError) -> ByteBuffer {
        let open = try opened()
        do throws(StorageError) {
            return try await read(open, offset, count)
        } catch where error.code == .connectionLost && open.generation == 0 {
            return try await read(try await reopened(after: error), offset, count)
        }
    }

    private func read(_ open: Open, _ offset: Int64, _ count: Int) async throws(StorageError) -> ByteBuffer {
        try await open.lease.connection.read(open.handle, at: offset, count: count, knownSize: attributes?.size)
    }

    private func opened() throws(StorageError) -> Open {
        guard let open = current.withLock({ $0 }) else { throw StorageError(.staleHandle, "\(path) was closed") }
        return open
    }

    /// Many reads may fail at once: the first to come back wins, the others use what it opened.
    private func reopened(after error: StorageError) async throws(StorageError) -> Open {
        let (lease, handle, found) = try await remote.openForReading(path)
        guard found?.size == attributes?.size, found?.modified == attributes?.modified else {
            lease.connection.closeLater(handle)
            lease.release()
            throw StorageError(.staleHandle, "\(path) was changed on the server while the connection was lost")
        }
        let fresh = Open(lease: lease, handle: handle, generation: 1)
        let (used, unused) = current.withLock { current -> (Open?, Open?) in
            guard let present = current else { return (nil, fresh) }
            if present.generation > 0 { return (present, fresh) }
            current = fresh
            present.lease.discard(error)
            return (fresh, nil)
        }
        if let unused { Self.end(unused) }
        guard let used else { throw StorageError(.staleHandle, "\(path) was closed") }
        return used
    }

    func close() async {
        let open = current.withLock { current in
            defer { current = nil }
            return current
        }
        if let open { Self.end(open) }
    }

    private static func end(_ open: Open) {
        open.lease.connection.closeLater(open.handle)
        open.lease.release()
    }

    deinit {
        if let open = current.withLock({ $0 }) { Self.end(open) }
    }
}
