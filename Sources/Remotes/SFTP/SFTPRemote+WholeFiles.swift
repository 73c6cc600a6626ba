import ConnectionPool
public import FileModel
public import RemoteFileSystem
import SFTP

/// Small files: three round trips to store one, two to read one.
extension SFTPRemote {
    public func store(_ placement: FilePlacement) async throws(StorageError) -> FileAttributes? {
        try await withStream(.upload, placement.temporary) { connection, path throws(StorageError) in
            try await self.store(placement, at: path, on: connection)
        }
    }

    public func place(_ placement: FilePlacement) async throws(StorageError) -> PlacementOutcome {
        try await withStream(.upload, placement.temporary) { connection, path throws(StorageError) in
            let attributes = try await self.store(placement, at: path, on: connection)
            return try await .ofRename(attributes) { () throws(StorageError) in
                try await self.rename(placement.temporary, to: placement.target, placement.mode, on: connection)
            }
        }
    }

    private func store(
        _ placement: FilePlacement, at path: SFTPPath, on connection: SFTPConnection
    ) async throws(StorageError) -> FileAttributes? {
        let wanted = try SFTPAttributes(placement.attributes)
        let attributes = try await connection.store(placement.content, at: path, wanted)?.fileAttributes
        try placement.check(attributes)
        return attributes
    }

    public func fetch(_ path: RemotePath, size: Int64) async throws(StorageError) -> FetchedFile {
        try await withStream(.download, path) { connection, path throws(StorageError) in
            let found = try await connection.fetch(path, atMost: Int(size) + 1)
            return FetchedFile(content: found.content, attributes: found.attributes?.fileAttributes)
        }
    }

    public func checksum(of path: RemotePath, size: Int64) async throws(StorageError) -> FileChecksum? {
        try await withStream(.download, path) { connection, path throws(StorageError) in
            guard connection.dialect.fileChecks != nil else { return nil }
            let handle = try await connection.open(path, .read)
            defer { connection.closeLater(handle) }
            do throws(StorageError) {
                return try await connection.checksum(of: handle, size: size)
            } catch  where !error.isSessionFault {
                return nil
            }
        }
    }

    /// All steps of a file are taken on the connection's event loop, so that answers wake no other thread.
    private func withStream<Value: Sendable>(
        _ direction: TransferDirection, _ path: RemotePath,
        _ body: @Sendable (SFTPConnection, SFTPPath) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let lease = try await session(.stream, direction)
        return try await lease.connection.taskExecutor.run { () throws(StorageError) in
            try await self.with(lease, path, body)
        }
    }

    /// A server that says no more than "failure" is asked whether the path exists.
    private func with<Value: Sendable>(
        _ lease: Lease<SFTPConnection>, _ path: RemotePath,
        _ body: @Sendable (SFTPConnection, SFTPPath) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let serverPath = self.path(path, on: lease.connection)
        do throws(StorageError) {
            let value = try await body(lease.connection, serverPath)
            lease.release()
            return value
        } catch {
            guard error.code == .failed else { throw end(lease, error) }
            let better = await refined(error, serverPath, on: lease.connection) { found in
                found.isDirectory ? StorageError(.isDirectory, "\(path) is a folder") : nil
            }
            throw end(lease, better)
        }
    }
}
