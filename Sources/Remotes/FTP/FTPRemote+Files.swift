import ConnectionPool
import FTP
public import FileModel
public import RemoteFileSystem

extension FTPRemote {
    public func openReader(_ path: RemotePath) async throws(StorageError) -> any RemoteReader {
        let attributes = try await attributes(of: path)
        if attributes.isDirectory { throw StorageError(.isDirectory, "\(path) is a folder") }
        return FTPRemoteReader(self, path, attributes, hasExactSize: hasExactSizes)
    }

    public func openWriter(
        _ path: RemotePath, _ disposition: WriteDisposition, permissions: UInt16?, expectedSize: Int64?
    ) async throws(StorageError) -> any RemoteWriter {
        if disposition == .update { throw .unsupported("writing in the middle of a file over FTP") }
        let lease = try await leaseForUpload(path, isPaced: expectedSize == nil)
        do throws(StorageError) {
            let connection = lease.connection
            let serverPath = try await self.path(path, on: connection)
            let start = try await uploadStart(disposition, serverPath, path, on: connection)
            let upload = try await connection.store(serverPath, start)
            return FTPRemoteWriter(
                lease, upload, path: serverPath, position: disposition.offset, hasExactSize: hasExactSizes)
        } catch {
            lease.end(error)
            throw error
        }
    }

    /// Bytes of a known number are at hand and soon gone: that is worth waiting for a session. An application that
    /// writes at its own pace would keep its session for as long as it likes, so it gets only what nobody needs.
    private func leaseForUpload(
        _ path: RemotePath, isPaced: Bool
    ) async throws(StorageError) -> Lease<FTPConnection> {
        guard isPaced else { return try await session(.bulk, .upload) }
        if let lease = await pool.leaseIfFree(.stream, .upload), (try? await lease.connection.settle()) != nil {
            return lease
        }
        throw StorageError(.busy, "every session is in use, so \(path) cannot be sent while it is written")
    }

    public func checksum(of path: RemotePath, size: Int64) async throws(StorageError) -> FileChecksum? {
        try await idempotent { connection throws(StorageError) in
            try await connection.checksum(of: try await self.path(path, on: connection), size: size)
        }
    }

    private func uploadStart(
        _ disposition: WriteDisposition, _ serverPath: RemotePath, _ path: RemotePath, on connection: FTPConnection
    ) async throws(StorageError) -> UploadStart {
        switch disposition {
        case .truncate, .update:
            return .empty
        case .createNew:
            guard try await isFree(serverPath, on: connection) else {
                throw StorageError(.alreadyExists, "\(path) exists already")
            }
            return .empty
        case .resume(let offset):
            guard hasExactSizes else { throw .unsupported("continuing \(path) with transfer_type = \"ascii\"") }
            guard let size = try await size(serverPath, on: connection) else { throw .notFound(path) }
            guard size == offset else {
                throw StorageError(.corrupted, "\(path) has \(size) bytes: an upload cannot go on at \(offset)")
            }
            // Appending cannot hurt what is there, whatever the server makes of REST.
            return .end
        }
    }

    private func isFree(_ path: RemotePath, on connection: FTPConnection) async throws(StorageError) -> Bool {
        guard await connection.handlesWholeFiles else { return try await size(path, on: connection) == nil }
        return try await connection.isFree(path)
    }

    /// nil: there is nothing of that name.
    private func size(_ path: RemotePath, on connection: FTPConnection) async throws(StorageError) -> Int64? {
        do throws(StorageError) {
            return try await connection.attributes(of: path).size
        } catch  where error.code == .notFound {
            return nil
        }
    }
}

extension WriteDisposition {
    fileprivate var offset: Int64 {
        if case .resume(let offset) = self { offset } else { 0 }
    }
}
