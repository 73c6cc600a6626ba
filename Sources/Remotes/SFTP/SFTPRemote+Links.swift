public import FileModel
import SFTP

extension SFTPRemote {
    public func readLink(_ path: RemotePath) async throws(StorageError) -> [UInt8] {
        try await pool.idempotent { connection throws(StorageError) in
            try await connection.readlink(self.path(path, on: connection)).bytes
        }
    }

    public func createSymbolicLink(_ path: RemotePath, target: [UInt8]) async throws(StorageError) {
        try await pool.withConnection(.metadata) { connection throws(StorageError) in
            let serverPath = self.path(path, on: connection)
            do throws(StorageError) {
                try await connection.symlink(serverPath, target: SFTPPath(target))
            } catch  where error.code == .failed {
                throw await self.refined(error, serverPath, on: connection) { _ in
                    StorageError(.alreadyExists, "\(path) exists already")
                }
            }
        }
    }

    public func createHardLink(_ path: RemotePath, to existing: RemotePath) async throws(StorageError) {
        try await pool.withConnection(.metadata) { connection throws(StorageError) in
            let serverPath = self.path(path, on: connection)
            do throws(StorageError) {
                try await connection.hardlink(serverPath, to: self.path(existing, on: connection))
            } catch  where error.code == .failed {
                throw await self.refined(error, serverPath, on: connection) { _ in
                    StorageError(.alreadyExists, "\(path) exists already")
                }
            }
        }
    }

    public func statistics(_ path: RemotePath) async throws(StorageError) -> FileSystemStatistics {
        try await pool.idempotent { connection throws(StorageError) in
            try await connection.statvfs(self.path(path, on: connection))
        }
    }
}
