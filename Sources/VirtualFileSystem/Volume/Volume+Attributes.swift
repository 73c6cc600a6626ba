public import FileModel
import RemoteFileSystem

extension Volume {
    public func attributes(of inode: InodeNumber) async throws(StorageError) -> NodeAttributes {
        if let known = try cachedAttributes(of: inode) { return known }
        return present(try await refresh(inode))
    }

    /// The same from the caches alone; nil where the server has to be asked.
    public func cachedAttributes(of inode: InodeNumber) throws(StorageError) -> NodeAttributes? {
        let (answer, snapshot) = try inodes.locked { table, now throws(StorageError) in
            (try table.attributes(of: inode, now: now), InodeSnapshot(try table.inode(inode)))
        }
        if case .known = answer { return present(snapshot) }
        if let file = snapshot.file, file.isAhead { return present(snapshot) }
        return nil
    }

    /// Attributes from the server unless they are fresh.
    @discardableResult
    func refresh(_ inode: InodeNumber) async throws(StorageError) -> InodeSnapshot {
        let answer = try inodes.locked { table, now throws(StorageError) in try table.attributes(of: inode, now: now) }
        guard case .unknown(let query) = answer else {
            return try inodes.locked { table, _ throws(StorageError) in InodeSnapshot(try table.inode(inode)) }
        }
        do throws(StorageError) {
            let attributes = try await inodeFlights.value(for: query) { [remote] () async throws(StorageError) in
                try await remote.attributes(of: query.path)
            }
            return try inodes.locked { table, now throws(StorageError) in try table.settle(query, attributes, now: now)
            }
        } catch  where error.code == .notFound {
            inodes.withLock { table, now in table.settleAbsence(query, now: now) }
            throw error
        }
    }

    /// Sets attributes: chmod(2), chown(2), utimensat(2), truncate(2).
    ///
    /// What is as asked already needs no server. Access times have no place to be kept, so setting only one is nothing.
    /// - Throws: `.unsupported` where the server cannot do what is asked.
    public func setAttributes(
        of inode: InodeNumber, _ changes: NodeChanges, handle: HandleID? = nil
    ) async throws(StorageError) -> NodeAttributes {
        try checkWritable()
        if let size = changes.size { try await setSize(of: inode, size, handle) }
        let wanted = try await supported(changes, of: inode)
        if !wanted.isEmpty { try await apply(wanted, to: inode) }
        return try await attributes(of: inode)
    }

    private func setSize(of inode: InodeNumber, _ size: Int64, _ handle: HandleID?) async throws(StorageError) {
        guard size >= 0 else { throw StorageError(.invalidArgument, "a size cannot be negative") }
        defer { room.forget() }
        if let handle, let open = handles.file(handle) {
            return try await open.file.setSize(size, isLasting: false)
        }
        try await refresh(inode)
        try await withFile(inode) { file async throws(StorageError) in try await file.setSize(size, isLasting: true) }
    }

    /// What of `changes` the server has to be asked for.
    private func supported(
        _ changes: NodeChanges, of inode: InodeNumber
    ) async throws(StorageError) -> AttributeChanges {
        var wanted = AttributeChanges(modified: changes.modified)
        if changes.permissions == nil, changes.user == nil, changes.group == nil {
            return try checkTime(wanted, changes)
        }
        let now = try await attributes(of: inode)
        if let permissions = changes.permissions, permissions & 0o7777 != now.permissions {
            guard capabilities.permissions else { throw .unsupported("changing permissions") }
            wanted.permissions = permissions & 0o7777
        }
        if let user = changes.user, user != now.user { wanted.owner = user }
        if let group = changes.group, group != now.group { wanted.group = group }
        if wanted.owner != nil || wanted.group != nil, !capabilities.ownership {
            throw .unsupported("changing the owner")
        }
        return try checkTime(wanted, changes)
    }

    private func checkTime(
        _ wanted: AttributeChanges, _ changes: NodeChanges
    ) throws(StorageError) -> AttributeChanges {
        guard wanted.modified != nil else { return wanted }
        guard capabilities.modificationTimeSetter != nil else { throw .unsupported("setting the modification time") }
        var result = wanted
        result.accessed = changes.accessed ?? wanted.modified
        return result
    }

    private func apply(_ changes: AttributeChanges, to inode: InodeNumber) async throws(StorageError) {
        let snapshot = try inodes.locked { table, _ throws(StorageError) in InodeSnapshot(try table.inode(inode)) }
        if snapshot.attributes.type == .symbolicLink, changes.modified != nil, changes.permissions == nil { return }
        let isPostponed = try await snapshot.file?.postpone(changes) ?? false
        if !isPostponed { try await remote.setAttributes(try inodes.path(of: inode), changes) }
        inodes.withLock { table, now in
            table.change(inode) { $0.setAccess(changes) }
            if !isPostponed { table.noteSet(inode, changes, now: now) }
        }
    }

    /// Whether the inode is there and may be used so (access(2)); who may do what is for the server to say.
    public func access(_ inode: InodeNumber, writing: Bool, executing: Bool = false) async throws(StorageError) {
        let found = try await attributes(of: inode)
        if writing { try checkWritable() }
        if executing, found.type == .regular, found.permissions & 0o111 == 0 {
            throw StorageError(.permissionDenied, "\(describe(inode)) is not executable")
        }
    }
}
