public import FileModel

/// One entry of a directory as readdir shows it.
public struct DirectoryItem: Sendable {
    public let name: FileName
    public let inode: InodeNumber
    public let type: FileType
    /// Where reading goes on after this entry.
    public let nextOffset: Int64
    /// For readdirplus: the attributes, and a reference taken for the kernel.
    public let entry: Entry?
}

extension Volume {
    public func openDirectory(_ inode: InodeNumber) throws(StorageError) -> HandleID {
        _ = try inodes.locked { table, _ throws(StorageError) in try table.directory(inode).revision }
        let id = handles.makeID()
        handles.add(DirectoryHandle(inode), as: id)
        return id
    }

    public func closeDirectory(_ handle: HandleID) { handles.removeDirectory(handle) }

    /// Shows entries from `offset` on until `receive` has no more room; `.` and `..` are not among them.
    ///
    /// Offset 0 looks at the directory anew. One listing of the server answers names and attributes; entries are
    /// shown as they arrive.
    /// - Parameters:
    ///   - withAttributes: readdirplus: each entry that `receive` takes is one reference more on its inode.
    ///   - receive: false when the entry did not fit; it is shown again at the next call.
    /// - Throws: whatever kept the listing from being complete; a part is never shown as the whole.
    public func readDirectory(
        _ handle: HandleID, from offset: Int64, withAttributes: Bool, receive: (DirectoryItem) -> Bool
    ) async throws(StorageError) {
        let directory = try directoryHandle(handle)
        let listing = try listing(for: directory, from: offset)
        var index = Int(offset)
        while true {
            let names = try await listing.names(from: index, limit: 64)
            if names.isEmpty { return }
            for name in names {
                index += 1
                guard let item = item(name, at: index, withAttributes) else { continue }
                guard receive(item) else { return release(item) }
            }
            if index > Int(offset), !listing.hasMore(than: index) { return }
        }
    }

    private func directoryHandle(_ handle: HandleID) throws(StorageError) -> DirectoryHandle {
        guard let directory = handles.directory(handle) else {
            throw StorageError(.invalidArgument, "the directory is not open")
        }
        return directory
    }

    private func item(_ name: ListedName, at index: Int, _ withAttributes: Bool) -> DirectoryItem? {
        guard withAttributes else {
            return DirectoryItem(
                name: name.name, inode: name.number, type: name.type, nextOffset: Int64(index), entry: nil)
        }
        let snapshot = inodes.withLock { table, _ in table.retainIfKnown(name.number) }
        if let snapshot, snapshot.isUnlinked {
            putBack(name.number)
            return nil
        }
        return DirectoryItem(
            name: name.name, inode: name.number, type: name.type, nextOffset: Int64(index),
            entry: snapshot.map(entry))
    }

    private func release(_ item: DirectoryItem) {
        if item.entry != nil { putBack(item.inode) }
    }

    private func putBack(_ inode: InodeNumber) {
        inodes.withLock { table, _ in table.putBack(inode) }
    }

    public func createDirectory(
        _ name: FileName, in parent: InodeNumber, permissions: UInt16
    ) async throws(StorageError) -> Entry {
        try checkWritable()
        let path = try path(of: name, in: parent)
        return try await changing([Link(parent: parent, name: name)]) { () async throws(StorageError) in
            try await remote.createDirectory(path, permissions: capabilities.permissions ? permissions & 0o7777 : nil)
            return try insert(made(.directory, permissions), as: name, in: parent)
        }
    }

    public func removeDirectory(_ name: FileName, in parent: InodeNumber) async throws(StorageError) {
        try checkWritable()
        try await changing([Link(parent: parent, name: name)]) { () async throws(StorageError) in
            try await removeDirectory(at: Link(parent: parent, name: name))
            try inodes.locked { table, now throws(StorageError) in try table.unlink(name, in: parent, now: now) }
        }
    }

    /// Some servers do not let go of a folder that is being listed, and our own listing of it may be one that nobody asked
    /// for.
    private func removeDirectory(at link: Link) async throws(StorageError) {
        let path = try path(of: link.name, in: link.parent)
        try await refuseUnsent(in: link)
        let before = listingUnderWay(of: link)
        do throws(StorageError) {
            try await emptying(link) { () async throws(StorageError) in try await remote.removeDirectory(path) }
        } catch {
            guard [.permissionDenied, .failed, .busy].contains(error.code),
                let listing = before ?? listingUnderWay(of: link)
            else { throw error }
            await listing.waitForEnd()
            try await remote.removeDirectory(path)
        }
    }

    /// Runs `body`, which needs the folder at `link` to be empty, if there is one; once more when files that were open when they
    /// were removed have left it with their last handles, for which close(2) does not wait.
    func emptying(_ link: Link, _ body: () async throws(StorageError) -> Void) async throws(StorageError) {
        let ended = farewells.ended
        do throws(StorageError) {
            try await body()
        } catch  where error.code == .notEmpty {
            let folder = inodes.withLock { table, _ in (try? table.child(link.name, of: link.parent))?.number }
            guard let folder, try await farewells.waitForEnd(in: folder, since: ended) else { throw error }
            try await body()
        }
    }

    private func listingUnderWay(of link: Link) -> DirectoryListing? {
        inodes.withLock { table, _ in (try? table.child(link.name, of: link.parent))?.directory?.listing }
    }

    /// Runs a call that changes names. Listings made meanwhile may have been told of them before or after.
    func changing<Value>(
        _ links: [Link], _ body: () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        inodes.withLock { table, _ in
            for link in links { table.inodes[link.parent]?.directory?.beginChange(of: link.name) }
        }
        defer {
            inodes.withLock { table, _ in
                for link in links { table.inodes[link.parent]?.directory?.endChange(of: link.name) }
            }
            room.forget()
            noteUse(of: Set(links.map(\.parent)))
        }
        return try await body()
    }

    func path(of name: FileName, in parent: InodeNumber) throws(StorageError) -> RemotePath {
        try inodes.locked { table, _ throws(StorageError) in try table.path(of: name, in: parent) }
    }

    /// The attributes of something we just made, until the server is asked.
    func made(_ type: FileType, _ permissions: UInt16, size: Int64 = 0) -> FileAttributes {
        FileAttributes(
            type: type, size: size,
            modified: ModificationTime(.now(), resolution: capabilities.listingResolution, source: .local),
            permissions: capabilities.permissions ? permissions & 0o7777 : nil)
    }

    /// Records something we made and takes a reference for the kernel.
    func insert(
        _ attributes: FileAttributes, as name: FileName, in parent: InodeNumber
    ) throws(StorageError) -> Entry {
        let snapshot = try inodes.locked { table, now throws(StorageError) in
            let inode = try table.insert(attributes, as: name, in: parent, now: now)
            try table.retain(inode.number)
            return InodeSnapshot(inode)
        }
        return entry(snapshot)
    }
}
