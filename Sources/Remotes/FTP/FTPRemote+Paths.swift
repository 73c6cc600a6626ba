import FTP
public import FileModel
public import RemoteFileSystem

extension FTPRemote {
    public func attributes(of path: RemotePath) async throws(StorageError) -> FileAttributes {
        do throws(StorageError) {
            return try await idempotent { connection throws(StorageError) in
                let serverPath = try await self.path(path, on: connection)
                guard path.isRoot else { return try await connection.attributes(of: serverPath) }
                // The root may be a link to where the files are.
                try await connection.checkDirectory(serverPath)
                return FileAttributes(type: .directory)
            }
        } catch {
            throw aboutRoot(path, error)
        }
    }

    public func list(
        _ path: RemotePath, receive: @Sendable ([DirectoryEntry]) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        do throws(StorageError) {
            try await listing { connection, progress throws(StorageError) in
                try await connection.list(try await self.path(path, on: connection)) { batch throws(StorageError) in
                    progress.began()
                    try await receive(try self.decoded(batch))
                }
            }
        } catch {
            throw aboutRoot(path, error)
        }
    }

    public func createDirectory(_ path: RemotePath, permissions: UInt16?) async throws(StorageError) {
        try await withSession { connection throws(StorageError) in
            try await connection.makeDirectory(try await self.path(path, on: connection))
        }
    }

    public func removeDirectory(_ path: RemotePath) async throws(StorageError) {
        try await withSession { connection throws(StorageError) in
            try await connection.removeDirectory(try await self.path(path, on: connection))
        }
    }

    public func removeFile(_ path: RemotePath) async throws(StorageError) {
        try await withSession { connection throws(StorageError) in
            try await connection.delete(try await self.path(path, on: connection))
        }
    }

    public func rename(_ source: RemotePath, to target: RemotePath, mode: RenameMode) async throws(StorageError) {
        if mode == .exchange { throw .unsupported("exchanging two names") }
        if target.isBelow(source) { throw StorageError(.invalidArgument, "\(target) lies inside \(source)") }
        try await withSession { connection throws(StorageError) in
            let from = try await self.path(source, on: connection)
            let to = try await self.path(target, on: connection)
            if mode == .keepExisting { try await self.requireAbsent(to, target, on: connection) }
            do throws(StorageError) {
                try await connection.rename(from, to: to)
            } catch  where error.code == .alreadyExists && mode == .replace && source != target {
                // This server does not rename over a file: there is a moment without the target.
                guard try await !connection.attributes(of: to).isDirectory else { throw error }
                try await connection.delete(to)
                try await connection.rename(from, to: to)
            }
        }
    }

    /// FTP renames over what is there, so who must not lose it looks first.
    private func requireAbsent(
        _ serverPath: RemotePath, _ path: RemotePath, on connection: FTPConnection
    ) async throws(StorageError) {
        do throws(StorageError) {
            _ = try await connection.attributes(of: serverPath)
        } catch  where error.code == .notFound {
            return
        }
        throw StorageError(.alreadyExists, "\(path) exists already")
    }

    /// Sets times and mode; throws `.unsupported` only when nothing of what was asked could be set.
    public func setAttributes(_ path: RemotePath, _ changes: AttributeChanges) async throws(StorageError) {
        try await idempotent { connection throws(StorageError) in
            try await connection.set(changes, of: try await self.path(path, on: connection))
        }
    }

    public func readLink(_ path: RemotePath) async throws(StorageError) -> [UInt8] {
        throw .unsupported("reading symbolic links over FTP")
    }

    public func createSymbolicLink(_ path: RemotePath, target: [UInt8]) async throws(StorageError) {
        throw .unsupported("creating symbolic links over FTP")
    }

    public func createHardLink(_ path: RemotePath, to existing: RemotePath) async throws(StorageError) {
        throw .unsupported("creating hard links over FTP")
    }

    public func statistics(_ path: RemotePath) async throws(StorageError) -> FileSystemStatistics {
        throw .unsupported("asking for free space over FTP")
    }
}

extension FTPConnection {
    /// Sets times and mode; throws `.unsupported` only when nothing of what was asked could be set.
    func set(_ changes: AttributeChanges, of path: RemotePath) async throws(StorageError) {
        var refusal: StorageError?
        var done = changes.isEmpty
        if let modified = changes.modified {
            refusal = try await unlessUnsupported { () async throws(StorageError) in
                try await setModificationTime(modified, of: path)
            }
            done = done || refusal == nil
        }
        if let permissions = changes.permissions {
            let second = try await unlessUnsupported { () async throws(StorageError) in
                try await setPermissions(permissions, of: path)
            }
            done = done || second == nil
            refusal = refusal ?? second
        }
        guard !done else { return }
        throw refusal ?? .unsupported("setting size, owner or access time over FTP")
    }

    private func unlessUnsupported(
        _ body: () async throws(StorageError) -> Void
    ) async throws(StorageError) -> StorageError? {
        do throws(StorageError) {
            try await body()
            return nil
        } catch  where error.code == .unsupported {
            return error
        }
    }
}
