public import FileModel
import RemoteFileSystem
import SFTP

extension SFTPRemote {
    public func attributes(of path: RemotePath) async throws(StorageError) -> FileAttributes {
        do throws(StorageError) {
            return try await idempotent { connection throws(StorageError) in
                let serverPath = self.path(path, on: connection)
                do throws(StorageError) {
                    // The root itself may be a link to where the files are.
                    return path.isRoot
                        ? try await connection.stat(serverPath).fileAttributes
                        : try await connection.lstat(serverPath).fileAttributes
                } catch  where error.code == .failed {
                    throw await self.isMissing(serverPath, on: connection) ? .missing(serverPath, error) : error
                }
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
                try await self.list(path, on: connection) { entries throws(StorageError) in
                    progress.began()
                    try await receive(entries)
                }
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
                let entries = try Self.entries(await Self.completed(names, serverPath, on: connection))
                if !entries.isEmpty { try await receive(entries) }
            }
        } catch  where error.code == .notFound || error.code == .failed {
            throw await refined(error, serverPath, on: connection) { found in
                found.isDirectory ? nil : StorageError(.notDirectory, "\(path) is not a folder")
            }
        }
    }

    /// Asks for what a listing left out (attributes are optional in version 3). What is gone meanwhile is left out.
    private static func completed(
        _ names: [SFTPName], _ folder: SFTPPath, on connection: SFTPConnection
    ) async throws(StorageError) -> [SFTPName] {
        let incomplete = names.indices.filter { names[$0].attributes.isIncomplete && isEntry(names[$0]) }
        guard !incomplete.isEmpty else { return names }
        let answers = await connection.lstat(incomplete.map { folder.appending(names[$0].bytes) })
        var names: [SFTPName?] = names
        for (index, answer) in zip(incomplete, answers) {
            switch answer {
            case .success(let attributes): names[index]?.attributes = attributes
            case .failure(let error) where error.code == .notFound: names[index] = nil
            case .failure(let error): throw error
            }
        }
        return names.compactMap { $0 }
    }

    private static func isEntry(_ name: SFTPName) -> Bool { name.bytes != [46] && name.bytes != [46, 46] }

    /// Names a server must not send (a slash, NUL) are an attack or a fault, and end the listing.
    private static func entries(_ names: [SFTPName]) throws(StorageError) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        entries.reserveCapacity(names.count)
        for name in names where isEntry(name) {
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
        try await withSession { connection throws(StorageError) in
            let serverPath = self.path(path, on: connection)
            do throws(StorageError) {
                try await connection.mkdir(serverPath, SFTPAttributes(permissions: permissions.map(UInt32.init)))
            } catch  where error.code == .failed {
                throw await self.refined(error, serverPath, on: connection, isNew: true) { _ in
                    StorageError(.alreadyExists, "\(path) exists already")
                }
            }
        }
    }

    public func removeDirectory(_ path: RemotePath) async throws(StorageError) {
        try await withSession { connection throws(StorageError) in
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
                if names.contains(where: Self.isEntry) { throw found }
            }
            return true
        } catch {
            return error == found ? false : nil
        }
    }

    public func removeFile(_ path: RemotePath) async throws(StorageError) {
        try await withSession { connection throws(StorageError) in
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
    /// - Parameters:
    ///   - isNew: `path` was to be made: that nothing is there explains nothing, only that its folder is missing would.
    ///   - judge: gets what is at `path` now; nil keeps the error.
    func refined(
        _ error: StorageError, _ path: SFTPPath, on connection: SFTPConnection, isNew: Bool = false,
        _ judge: @Sendable (FileAttributes) -> StorageError?
    ) async -> StorageError {
        let found: FileAttributes
        let refusal = error
        do throws(StorageError) {
            found = try await connection.lstat(path).fileAttributes
        } catch {
            if isNew { return await isFolderMissing(of: path, on: connection) ? .missing(path, refusal) : refusal }
            return await isMissing(path, on: connection, error) ? .missing(path, error) : error
        }
        guard var better = judge(found) else { return error }
        better.serverReply = error.serverReply
        return better
    }

    private func isFolderMissing(of path: SFTPPath, on connection: SFTPConnection) async -> Bool {
        guard let (folder, _) = path.split else { return false }
        do throws(StorageError) {
            _ = try await connection.lstat(folder)
            return false
        } catch {
            return await isMissing(folder, on: connection, error)
        }
    }

    /// Whether nothing is there, at a server that answered a look at it with "failure": then its folder knows.
    ///
    /// - Parameter error: of the look.
    func isMissing(
        _ path: SFTPPath, on connection: SFTPConnection, _ error: StorageError? = nil
    ) async -> Bool {
        if let error, error.code != .failed { return error.code == .notFound }
        // A name that no file can have is refused for that.
        guard let (folder, name) = path.split, name.count <= 255 else { return false }
        var isListed = false
        do throws(StorageError) {
            try await connection.list(folder) { names throws(StorageError) in
                if names.contains(where: { $0.bytes == name }) { isListed = true }
            }
            return !isListed
        } catch {
            // Below a file there is nothing, and below what is missing either.
            if error.code == .notFound { return true }
            guard error.code == .failed else { return false }
            if let found = try? await connection.lstat(folder).fileAttributes { return !found.isDirectory }
            return await isMissing(folder, on: connection)
        }
    }
}

extension StorageError {
    fileprivate static func missing(_ path: SFTPPath, _ error: StorageError) -> StorageError {
        StorageError(.notFound, "\(path) does not exist", serverReply: error.serverReply)
    }
}
