public import FileModel
import SFTP

extension SFTPRemote {
    public func setAttributes(_ path: RemotePath, _ changes: AttributeChanges) async throws(StorageError) {
        try await idempotent { connection throws(StorageError) in
            let serverPath = self.path(path, on: connection)
            if changes.size != nil { try connection.requireResizing() }
            var wanted = try SFTPAttributes(changes)
            if changes.needsPresentAttributes {
                wanted.complete(changes, with: try await connection.lstat(serverPath))
            }
            do throws(StorageError) {
                try await self.set(wanted, serverPath, on: connection)
            } catch  where error.code == .failed {
                throw await self.refined(error, serverPath, on: connection) { _ in nil }
            }
        }
    }

    /// SETSTAT follows links. Times and owner go to the link itself where the server can; size and mode belong to
    /// files only (Linux has no mode on links).
    private func set(
        _ wanted: SFTPAttributes, _ path: SFTPPath, on connection: SFTPConnection
    ) async throws(StorageError) {
        guard connection.offers(.lsetstat) else { return try await connection.setstat(path, wanted) }
        let ofFile = SFTPAttributes(size: wanted.size, permissions: wanted.permissions)
        if !ofFile.isEmpty { try await connection.setstat(path, ofFile) }
        let ofName = SFTPAttributes(owner: wanted.owner, times: wanted.times)
        if !ofName.isEmpty { try await connection.lsetstat(path, ofName) }
    }
}

extension SFTPConnection {
    /// - Throws: `.unsupported` where setting a size would cost the content.
    func requireResizing() throws(StorageError) {
        if dialect.resizingDestroys { throw .unsupported("setting a file's size (paramiko loses its content)") }
    }
}

extension AttributeChanges {
    /// Version 3 sets user and group together, and both times together: the other half must be known.
    var needsPresentAttributes: Bool {
        (owner == nil) != (group == nil) || (modified == nil && accessed != nil)
    }
}

extension SFTPAttributes {
    /// What can be said without looking at the file. A modification time alone sets the access time as well.
    ///
    /// - Throws: `.invalidArgument` for times before 1970 or after 2106, which version 3 cannot carry.
    init(_ changes: AttributeChanges) throws(StorageError) {
        self.init()
        if let size = changes.size { self.size = UInt64(max(0, size)) }
        permissions = changes.permissions.map(UInt32.init)
        if let user = changes.owner, let group = changes.group { owner = Owner(user: user, group: group) }
        if let modified = changes.modified {
            times = Times(
                accessed: try Self.seconds(changes.accessed ?? modified), modified: try Self.seconds(modified))
        }
    }

    mutating func complete(_ changes: AttributeChanges, with present: SFTPAttributes) {
        if changes.owner != nil || changes.group != nil {
            owner = Owner(
                user: changes.owner ?? present.owner?.user ?? 0, group: changes.group ?? present.owner?.group ?? 0)
        }
        if changes.modified == nil, let accessed = changes.accessed, let times = present.times,
            let seconds = try? Self.seconds(accessed)
        {
            self.times = Times(accessed: seconds, modified: times.modified)
        }
    }

    private static func seconds(_ time: Timestamp) throws(StorageError) -> UInt32 {
        guard let seconds = UInt32(exactly: time.seconds) else {
            throw StorageError(.invalidArgument, "SFTP cannot carry times before 1970 or after 2106")
        }
        return seconds
    }
}
