public import FileModel
import RemoteFileSystem
import SFTP

extension SFTPRemote {
    public func attributes(of path: RemotePath) async throws(StorageError) -> FileAttributes {
        do throws(StorageError) {
            return try await pool.idempotent { connection throws(StorageError) in
                let serverPath = self.path(path, on: connection)
                // The root itself may be a link to where the files are.
                let found = path.isRoot ? try await connection.stat(serverPath) : try await connection.lstat(serverPath)
                return found.fileAttributes
            }
        } catch {
            throw aboutRoot(path, error)
        }
    }

    public func list(
        _ path: RemotePath, receive: @Sendable ([DirectoryEntry]) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        do throws(StorageError) {
            try await pool.withConnection(.metadata) { connection throws(StorageError) in
                try await self.list(path, on: connection, receive: receive)
            }
        } catch {
            throw aboutRoot(path, error)
        }
    }

    private func list(
        _ path: RemotePath, on connection: SFTPConnection,
        receive: @Sendable ([DirectoryEntry]) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        let serverPath = self.path(path, on: connection)
        do throws(StorageError) {
            try await connection.list(serverPath) { names throws(StorageError) in
                try await receive(Self.entries(names))
            }
        } catch  where error.code == .notFound || error.code == .failed {
            throw await refined(error, serverPath, on: connection) { found in
                found.isDirectory ? nil : StorageError(.notDirectory, "\(path) is not a folder")
            }
        }
    }

    /// Names a server must not send (a slash, NUL) are an attack or a fault, and end the listing.
    private static func entries(_ names: [SFTPName]) throws(StorageError) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        entries.reserveCapacity(names.count)
        for name in names where !name.bytes.elementsEqual([46]) && !name.bytes.elementsEqual([46, 46]) {
            do throws(StorageError) {
                entries.append(
                    DirectoryEntry(name: try FileName(name.bytes), attributes: name.attributes.fileAttributes))
            } catch {
                throw StorageError(.protocolViolation, "the server listed a file that cannot exist: \(error.message)")
            }
        }
        return entries
    }

    public func createDirectory(_ path: RemotePath, permissions: UInt16?) async throws(StorageError) {
        try await pool.withConnection(.metadata) { connection throws(StorageError) in
            let serverPath = self.path(path, on: connection)
            do throws(StorageError) {
                try await connection.mkdir(serverPath, SFTPAttributes(permissions: permissions.map(UInt32.init)))
            } catch  where error.code == .failed {
                throw await self.refined(error, serverPath, on: connection) { _ in
                    StorageError(.alreadyExists, "\(path) exists already")
                }
            }
        }
    }

    public func removeDirectory(_ path: RemotePath) async throws(StorageError) {
        try await pool.withConnection(.metadata) { connection throws(StorageError) in
            let serverPath = self.path(path, on: connection)
            do throws(StorageError) {
                try await connection.rmdir(serverPath)
            } catch  where error.code == .failed || error.code == .notFound {
                let isEmpty = await self.isEmpty(serverPath, on: connection)
                throw await self.refined(error, serverPath, on: connection) { found in
                    if !found.isDirectory { return StorageError(.notDirectory, "\(path) is not a folder") }
                    return isEmpty == false ? StorageError(.notEmpty, "\(path) is not empty") : nil
                }
            }
        }
    }

    /// nil: it cannot be told.
    private func isEmpty(_ path: SFTPPath, on connection: SFTPConnection) async -> Bool? {
        let found = StorageError(.notEmpty, "")
        do throws(StorageError) {
            try await connection.list(path) { names throws(StorageError) in
                if names.contains(where: { $0.bytes != [46] && $0.bytes != [46, 46] }) { throw found }
            }
            return true
        } catch {
            return error == found ? false : nil
        }
    }

    public func removeFile(_ path: RemotePath) async throws(StorageError) {
        try await pool.withConnection(.metadata) { connection throws(StorageError) in
            let serverPath = self.path(path, on: connection)
            do throws(StorageError) {
                try await connection.remove(serverPath)
            } catch  where error.code == .failed || error.code == .permissionDenied {
                throw await self.refined(error, serverPath, on: connection) { found in
                    found.isDirectory ? StorageError(.isDirectory, "\(path) is a folder") : nil
                }
            }
        }
    }

    /// A better reason for an answer that says only "failure" (most errnos of OpenSSH's sftp-server do).
    ///
    /// - Parameter judge: gets what is at `path` now; nil keeps the error.
    func refined(
        _ error: StorageError, _ path: SFTPPath, on connection: SFTPConnection,
        _ judge: @Sendable (FileAttributes) -> StorageError?
    ) async -> StorageError {
        guard let found = try? await connection.lstat(path).fileAttributes, var better = judge(found) else {
            return error
        }
        better.serverReply = error.serverReply
        return better
    }
}
