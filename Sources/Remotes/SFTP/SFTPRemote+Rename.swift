public import FileModel
public import RemoteFileSystem
import SFTP

extension SFTPRemote {
    public func rename(_ source: RemotePath, to target: RemotePath, mode: RenameMode) async throws(StorageError) {
        if source == target, mode != .exchange { return try await requireExists(source, mode) }
        try await withSession { connection throws(StorageError) in
            try await self.rename(source, to: target, mode, on: connection)
        }
    }

    /// - Parameter target: another path than `source`.
    func rename(
        _ source: RemotePath, to target: RemotePath, _ mode: RenameMode, on connection: SFTPConnection
    ) async throws(StorageError) {
        if mode == .exchange { throw .unsupported("exchanging two names") }
        let from = self.path(source, on: connection)
        let to = self.path(target, on: connection)
        do throws(StorageError) {
            if mode == .keepExisting {
                try await requireFree(to, target, on: connection)
                try await connection.rename(from, to: to)
            } else if connection.offers(.posixRename) {
                try await connection.posixRename(from, to: to)
            } else {
                try await replaceInSteps(from, to, on: connection)
            }
        } catch  where error.code == .failed || error.code == .notFound || error.code == .invalidArgument {
            throw await refined(error, from, to, source, target, mode, on: connection)
        }
    }

    /// Renaming a file to itself does nothing, if it exists (rename(2)).
    private func requireExists(_ path: RemotePath, _ mode: RenameMode) async throws(StorageError) {
        _ = try await attributes(of: path)
        if mode == .keepExisting { throw StorageError(.alreadyExists, "\(path) exists already") }
    }

    /// Version 3 says that RENAME keeps an existing target, but not every server heeds it. Those with posix-rename do.
    private func requireFree(
        _ path: SFTPPath, _ target: RemotePath, on connection: SFTPConnection
    ) async throws(StorageError) {
        guard !connection.offers(.posixRename), (try? await connection.lstat(path)) != nil else { return }
        throw StorageError(.alreadyExists, "\(target) exists already")
    }

    /// For servers without posix-rename: there is a moment without the target (`Capabilities.atomicReplace` is false).
    ///
    /// The old file steps aside and goes only when the new one is in its place; should that fail, it comes back. When
    /// the connection ends in between, it is still there under a name of our own.
    private func replaceInSteps(
        _ from: SFTPPath, _ to: SFTPPath, on connection: SFTPConnection
    ) async throws(StorageError) {
        do throws(StorageError) {
            try await connection.rename(from, to: to)
        } catch {
            guard let present = try? await connection.lstat(to).fileAttributes,
                let moved = try? await connection.lstat(from).fileAttributes,
                present.isDirectory == moved.isDirectory, let aside = to.aside
            else { throw error }
            if present.isDirectory {
                try await connection.rmdir(to)
                return try await connection.rename(from, to: to)
            }
            try await connection.rename(to, to: aside)
            do throws(StorageError) {
                try await connection.rename(from, to: to)
            } catch {
                try? await connection.rename(aside, to: to)
                throw error
            }
            try? await connection.remove(aside)
        }
    }

    private func refined(
        _ error: StorageError, _ from: SFTPPath, _ to: SFTPPath, _ source: RemotePath, _ target: RemotePath,
        _ mode: RenameMode, on connection: SFTPConnection
    ) async -> StorageError {
        guard let moved = try? await connection.lstat(from).fileAttributes else {
            return await refined(error, from, on: connection) { _ in nil }
        }
        if target.isBelow(source) {
            return StorageError(.invalidArgument, "\(target) lies inside \(source)", serverReply: error.serverReply)
        }
        return await refined(error, to, on: connection) { present in
            if mode == .keepExisting { return StorageError(.alreadyExists, "\(target) exists already") }
            switch (moved.isDirectory, present.isDirectory) {
            case (true, false): return StorageError(.notDirectory, "\(target) is not a folder")
            case (false, true): return StorageError(.isDirectory, "\(target) is a folder")
            case (true, true): return StorageError(.notEmpty, "\(target) is not empty")
            case (false, false): return nil
            }
        }
    }
}

extension SFTPPath {
    /// A free name beside this one, of the form that every sync passes over.
    fileprivate var aside: SFTPPath? {
        split?.folder.appending(Array(".replaced.\(String(UInt32.random(in: .min ... .max), radix: 16)).part".utf8))
    }
}
