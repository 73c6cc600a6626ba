public import FileModel

/// Requests of the OpenSSH extensions (its PROTOCOL file, §4). Each throws `.unsupported` where `extensions` lacks it.
extension SFTPConnection {
    /// Renames and replaces the target in one step (rename(2)).
    public func posixRename(_ source: SFTPPath, to target: SFTPPath) async throws(StorageError) {
        try require(.posixRename)
        try await session.perform(.posixRename(from: source, to: target)).ok("rename \(source) to \(target)")
    }

    public func statvfs(_ path: SFTPPath) async throws(StorageError) -> FileSystemStatistics {
        try require(.statvfs)
        let operation = "ask for the free space at \(path)"
        return try FileSystemStatistics(from: try await session.perform(.statvfs(path)).extended(operation))
    }

    public func fstatvfs(_ handle: SFTPHandle) async throws(StorageError) -> FileSystemStatistics {
        try require(.fstatvfs)
        let operation = "ask for the free space"
        return try FileSystemStatistics(from: try await session.perform(.fstatvfs(handle)).extended(operation))
    }

    public func hardlink(_ new: SFTPPath, to existing: SFTPPath) async throws(StorageError) {
        try require(.hardlink)
        try await session.perform(.hardlink(existing: existing, new: new)).ok("link \(new) to \(existing)")
    }

    /// Waits until the file is on the server's disk (fsync(2)).
    public func fsync(_ handle: SFTPHandle) async throws(StorageError) {
        try require(.fsync)
        try await session.perform(.fsync(handle)).ok("write the file to the server's disk")
    }

    /// As `setstat`, on a link itself. The size cannot be set.
    public func lsetstat(_ path: SFTPPath, _ attributes: SFTPAttributes) async throws(StorageError) {
        try require(.lsetstat)
        try await session.perform(.lsetstat(path, attributes)).ok("set attributes of \(path)")
    }

    /// Resolves `~` and `~user` as well as what `realpath` does.
    public func expandPath(_ path: SFTPPath) async throws(StorageError) -> SFTPPath {
        try require(.expandPath)
        return try await session.perform(.expandPath(path)).name("resolve \(path)")
    }

    /// Copies bytes between two open files inside the server.
    ///
    /// - Parameter length: 0 copies to the end of `source`.
    public func copyData(
        from source: SFTPHandle, at start: UInt64 = 0, length: UInt64 = 0, to target: SFTPHandle, at offset: UInt64 = 0
    ) async throws(StorageError) {
        try require(.copyData)
        try await session.perform(.copyData(from: source, start: start, length: length, to: target, offset: offset))
            .ok("copy inside the server")
    }

    private func require(_ name: SFTPExtension) throws(StorageError) {
        guard offers(name) else { throw .unsupported(name.name) }
    }
}
