public import FileModel

/// Requests on paths.
extension SFTPConnection {
    /// The attributes of the name itself (lstat(2)).
    public func lstat(_ path: SFTPPath) async throws(StorageError) -> SFTPAttributes {
        try await session.perform(.lstat(path)).attributes("look at \(path)")
    }

    /// As `lstat` for many names, in one flight.
    ///
    /// - Returns: an answer for each, in order.
    public func lstat(_ paths: [SFTPPath]) async -> [Result<SFTPAttributes, StorageError>] {
        zip(paths, await session.perform(paths.map(SFTPRequest.lstat))).map { path, answer in
            Result { () throws(StorageError) in try answer.get().attributes("look at \(path)") }
        }
    }

    /// The attributes of what the name leads to (stat(2)).
    public func stat(_ path: SFTPPath) async throws(StorageError) -> SFTPAttributes {
        try await session.perform(.stat(path)).attributes("look at \(path)")
    }

    /// Sets attributes of what the name leads to: links are followed.
    public func setstat(_ path: SFTPPath, _ attributes: SFTPAttributes) async throws(StorageError) {
        try await session.perform(.setstat(path, attributes)).ok("set attributes of \(path)")
    }

    public func mkdir(
        _ path: SFTPPath, _ attributes: SFTPAttributes = SFTPAttributes()
    ) async throws(StorageError) {
        try await session.perform(.mkdir(path, attributes)).ok("make the folder \(path)")
    }

    public func rmdir(_ path: SFTPPath) async throws(StorageError) {
        try await session.perform(.rmdir(path)).ok("remove the folder \(path)")
    }

    /// Removes a file or a link.
    public func remove(_ path: SFTPPath) async throws(StorageError) {
        try await session.perform(.remove(path)).ok("remove \(path)")
    }

    /// Renames; whether an existing target stops it is the server's choice (version 3 says it does).
    public func rename(_ source: SFTPPath, to target: SFTPPath) async throws(StorageError) {
        try await session.perform(.rename(from: source, to: target)).ok("rename \(source) to \(target)")
    }

    /// The target of a link, as it is stored.
    public func readlink(_ path: SFTPPath) async throws(StorageError) -> SFTPPath {
        try await session.perform(.readlink(path)).name("read the link \(path)")
    }

    /// Makes a symbolic link at `path`.
    public func symlink(_ path: SFTPPath, target: SFTPPath) async throws(StorageError) {
        // The encoding follows OpenSSH.
        let isReversed = dialect.symlinkNamesLinkFirst
        let request = SFTPRequest.symlink(isReversed ? target : path, target: isReversed ? path : target)
        try await session.perform(request).ok("make the link \(path)")
    }

    /// The canonical absolute form of a path.
    public func realpath(_ path: SFTPPath) async throws(StorageError) -> SFTPPath {
        try await session.perform(.realpath(path)).name("resolve \(path)")
    }
}
