public import FileModel
public import RemoteFileSystem

/// What happens to an existing target of a rename, for those who import only this room.
public typealias RenameRule = RenameMode

extension Volume {
    /// Removes a name; who has the file open goes on with it.
    ///
    /// Where the server forgets a file with its name, an open one is moved to a hidden name in the same directory and
    /// removed with its last handle.
    public func unlink(_ name: FileName, in parent: InodeNumber) async throws(StorageError) {
        try checkWritable()
        let link = Link(parent: parent, name: name)
        try await changing([link]) { () async throws(StorageError) in try await unlink(link) }
    }

    private func unlink(_ link: Link) async throws(StorageError) {
        let path = try path(of: link.name, in: link.parent)
        let farewell = try await prepareRemoval(of: link)
        do throws(StorageError) {
            if farewell.needsRemoval { try await remote.removeFile(path) }
        } catch {
            await farewell.takeBack()
            throw error
        }
        try inodes.locked { table, now throws(StorageError) in
            try table.unlink(link.name, in: link.parent, now: now)
        }
    }

    /// Renames a file or directory (renameat2(2)); paths of everything below and of open files follow.
    public func rename(
        _ name: FileName, in parent: InodeNumber, to newName: FileName, in newParent: InodeNumber, mode: RenameMode
    ) async throws(StorageError) {
        try checkWritable()
        let (source, target) = (Link(parent: parent, name: name), Link(parent: newParent, name: newName))
        if source == target { return }
        let links = mode == .exchange ? [source, target] : [source]
        try await changing([source, target]) { () async throws(StorageError) in
            try await moving(links) { () async throws(StorageError) in try await rename(source, to: target, mode) }
        }
    }

    /// Runs a rename of what stands at `links`. Listings of folders there, and below, wait for it.
    private func moving(
        _ links: [Link], _ body: () async throws(StorageError) -> Void
    ) async throws(StorageError) {
        let folders = inodes.withLock { table, _ in table.beginMove(of: links) }
        defer { inodes.withLock { table, _ in table.endMove(of: folders) } }
        try await body()
    }

    private func rename(_ source: Link, to target: Link, _ mode: RenameMode) async throws(StorageError) {
        let from = try path(of: source.name, in: source.parent)
        let to = try path(of: target.name, in: target.parent)
        try await openFile(at: source)?.settleName()
        if mode == .exchange { try await openFile(at: target)?.settleName() }
        if mode == .replace { try await refuseUnsent(in: target) }
        let farewell = mode == .replace ? try await prepareRemoval(of: target) : Removal()
        do throws(StorageError) {
            try await emptying(target) { () async throws(StorageError) in
                try await services.renaming(from, to) { () async throws(StorageError) in
                    try await remote.rename(from, to: to, mode: mode)
                    try noteRename(source, target, mode)
                }
            }
        } catch {
            await farewell.takeBack()
            throw error
        }
    }

    private func noteRename(_ source: Link, _ target: Link, _ mode: RenameMode) throws(StorageError) {
        try inodes.locked { table, now throws(StorageError) in
            if mode == .exchange {
                try table.exchange(source, target, now: now)
            } else {
                try table.rename(source, to: target, now: now)
            }
        }
    }

    public func createSymbolicLink(
        _ name: FileName, in parent: InodeNumber, target: [UInt8]
    ) async throws(StorageError) -> Entry {
        try checkWritable()
        return try await changing([Link(parent: parent, name: name)]) { () async throws(StorageError) in
            try await remote.createSymbolicLink(try path(of: name, in: parent), target: target)
            return try insert(made(.symbolicLink, 0o777, size: Int64(target.count)), as: name, in: parent)
        }
    }

    /// Where a link leads; contained in the volume unless the settings say otherwise.
    public func readLink(_ inode: InodeNumber) async throws(StorageError) -> [UInt8] {
        let path = try inodes.path(of: inode)
        let target = try await remote.readLink(path)
        guard settings.containsLinks else { return target }
        return ContainedLink.target(
            target, directory: (path.parent ?? .root).components.map(\.bytes),
            root: settings.serverFolder?.components.map(\.bytes))
    }

    /// Gives a file a further name (link(2)).
    public func link(
        _ inode: InodeNumber, as name: FileName, in parent: InodeNumber
    ) async throws(StorageError) -> Entry {
        try checkWritable()
        let link = Link(parent: parent, name: name)
        let path = try path(of: name, in: parent)
        try await openFile(of: inode)?.settleName()
        try await remote.createHardLink(path, to: try inodes.path(of: inode))
        return entry(try self.name(inode, link))
    }

    private func openFile(at link: Link) throws(StorageError) -> OpenFile? {
        try inodes.locked { table, _ throws(StorageError) in try table.child(link.name, of: link.parent)?.file }
    }

    private func openFile(of inode: InodeNumber) throws(StorageError) -> OpenFile? {
        try inodes.locked { table, _ throws(StorageError) in try table.inode(inode).file }
    }

    /// A folder with a file that is open, and that the server does not have yet, is empty there only. (With one further
    /// down there is a folder in it, which the server knows.)
    ///
    /// - Throws: `.notEmpty`.
    func refuseUnsent(in folder: Link) async throws(StorageError) {
        let files = inodes.withLock { table, _ in table.openFiles(in: folder) }
        for file in files where await !file.isOnServer {
            throw StorageError(.notEmpty, "\(try path(of: folder.name, in: folder.parent)) is not empty")
        }
    }

    /// Prepares for a name to lose its file, which may be open.
    private func prepareRemoval(of link: Link) async throws(StorageError) -> Removal {
        let present = try inodes.locked { table, _ throws(StorageError) in
            try table.child(link.name, of: link.parent).map(InodeSnapshot.init)
        }
        guard let present, let file = present.file, present.linkCount <= 1 else { return Removal() }
        switch try await file.prepareForRemoval() {
        case .remove:
            await file.noteRemoval(true)
            return Removal { await file.noteRemoval(false) }
        case .nothing:
            await file.noteRemoval(true)
            return Removal(needsRemoval: false) { await file.noteRemoval(false) }
        case .hide: return try await hide(file, link)
        }
    }

    private func hide(_ file: OpenFile, _ link: Link) async throws(StorageError) -> Removal {
        let refuge = Link(parent: link.parent, name: try FileName(".fuse_hidden\(file.inode.value)"))
        let path = try path(of: link.name, in: link.parent)
        let hidden = try self.path(of: refuge.name, in: refuge.parent)
        // Before, so that no listing that is made meanwhile shows it.
        inodes.hide(refuge)
        do throws(StorageError) {
            try await services.renaming(path, hidden) { () async throws(StorageError) in
                try await remote.rename(path, to: hidden, mode: .replace)
            }
        } catch {
            inodes.unhide(refuge)
            throw error
        }
        let isOpen = try inodes.locked { table, _ throws(StorageError) in
            guard table.inodes[file.inode]?.file === file else { return false }
            try table.hide(file.inode, as: refuge)
            return true
        }
        guard isOpen else {
            // Its last handle was closed meanwhile: nobody else would remove it.
            defer { inodes.unhide(refuge) }
            try await remote.removeFile(hidden)
            return Removal(needsRemoval: false)
        }
        await file.noteRemoval(true)
        return Removal(needsRemoval: false) { [services, inodes] in
            try? await services.renaming(hidden, path) { () async throws(StorageError) in
                try await services.remote.rename(hidden, to: path, mode: .keepExisting)
            }
            inodes.withLock { table, _ in table.unhide(file.inode) }
            inodes.unhide(refuge)
            await file.noteRemoval(false)
        }
    }

    /// How an open file was prepared for the loss of its name.
    private struct Removal {
        /// Whether the name still has to be removed on the server.
        var needsRemoval = true
        /// The name stays after all.
        var takeBack: @Sendable () async -> Void = {}

        init(needsRemoval: Bool = true, takeBack: @escaping @Sendable () async -> Void = {}) {
            self.needsRemoval = needsRemoval
            self.takeBack = takeBack
        }
    }
}
