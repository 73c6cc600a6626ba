import ConnectionPool
import FTP
import FileModel
import NIOCore
import RemoteFileSystem
import Synchronization

/// A file written as one stream; its attributes are set on the same session after the server has taken it.
final class FTPRemoteWriter: RemoteWriter {
    private struct State {
        var position: Int64
        var pending = AttributeChanges()
    }

    private let lease: Lease<FTPConnection>
    private let upload: FTPUpload
    private let path: RemotePath
    private let hasExactSize: Bool
    private let state: Mutex<State>

    /// - Parameters:
    ///   - path: as the server names it.
    ///   - hasExactSize: the file is to have the bytes that were written (`Capabilities.exactSizes`).
    init(
        _ lease: Lease<FTPConnection>, _ upload: FTPUpload, path: RemotePath, position: Int64, hasExactSize: Bool
    ) {
        self.lease = lease
        self.upload = upload
        self.path = path
        self.hasExactSize = hasExactSize
        state = Mutex(State(position: position))
    }

    func write(_ bytes: ByteBuffer, at offset: Int64) async throws(StorageError) {
        let isAtEnd = state.withLock { state in
            guard state.position == offset else { return false }
            state.position += Int64(bytes.readableBytes)
            return true
        }
        guard isAtEnd else { throw .unsupported("writing anywhere but at the end of an upload") }
        try await upload.write(bytes)
    }

    func synchronize() async throws(StorageError) {
        throw .unsupported("synchronising an upload under way over FTP")
    }

    /// Sets times and mode after the upload; what the server cannot set is left out.
    func setAttributes(_ changes: AttributeChanges) async throws(StorageError) {
        if let size = changes.size, size != state.withLock({ $0.position }) {
            throw .unsupported("setting the size of an upload under way over FTP")
        }
        state.withLock { state in
            state.pending.modified = changes.modified ?? state.pending.modified
            state.pending.permissions = changes.permissions ?? state.pending.permissions
        }
    }

    func close() async throws(StorageError) {
        do throws(StorageError) {
            try await upload.finish()
            try await complete()
            lease.release()
        } catch {
            upload.breakOff()
            lease.end(error)
            throw error
        }
    }

    /// Sets what is pending and compares the size.
    ///
    /// A data connection that is cut on its way looks to the server like the end of the file, under TLS as well where it
    /// does not insist on close_notify: its 226 proves nothing. Servers that take files away at once tell no size.
    private func complete() async throws(StorageError) {
        let connection = lease.connection
        let changes = state.withLock { $0.pending }
        if hasExactSize, await connection.handlesWholeFiles {
            return try check(
                try await connection.complete(path, modified: changes.modified, permissions: changes.permissions))
        }
        if hasExactSize { try check(try await connection.look(at: path)) }
        try await setPending()
    }

    private func check(_ found: FileAttributes?) throws(StorageError) {
        guard let found, found.type == .regular else { return }
        let written = state.withLock { $0.position }
        guard found.size != written else { return }
        throw StorageError(
            .corrupted, "the server confirmed the upload of \(path), but has \(found.size) of \(written) bytes")
    }

    private func setPending() async throws(StorageError) {
        let changes = state.withLock { $0.pending }
        do throws(StorageError) {
            try await lease.connection.set(changes, of: path)
        } catch  where error.code == .unsupported {
            // The file itself is complete.
        }
    }

    func abort() async {
        upload.breakOff()
        lease.release()
    }
}
