import FileModel

extension InodeTable {
    /// The kernel was told an inode once more.
    func retain(_ number: InodeNumber) throws(StorageError) {
        try inode(number).lookups += 1
    }

    func retainIfKnown(_ number: InodeNumber) -> InodeSnapshot? {
        guard let inode = inodes[number] else { return nil }
        inode.lookups += 1
        return InodeSnapshot(inode)
    }

    /// A reference that the kernel was not told of after all; what the caches know stays.
    func putBack(_ number: InodeNumber) {
        inodes[number]?.lookups -= 1
    }

    /// The kernel forgot an inode `count` times.
    mutating func forget(_ number: InodeNumber, _ count: UInt64) {
        guard let inode = inodes[number] else { return }
        inode.lookups -= min(count, inode.lookups)
        if inode.lookups == 0 { removeIfUnused(inode) }
    }

    /// The last handle of a file was closed.
    mutating func closeFile(_ number: InodeNumber) {
        guard let inode = inodes[number] else { return }
        inode.file = nil
        // Its hidden name stays hidden until the server has removed it.
        inode.refuge = nil
        if inode.lookups == 0 { removeIfUnused(inode) }
    }

    /// Drops an inode that neither the kernel nor a handle nor a child holds, and its parent if that held it only.
    mutating func removeIfUnused(_ start: Inode) {
        var current: Inode? = start
        while let inode = current, inode.number != .root, inode.lookups == 0, inode.file == nil {
            if let directory = inode.directory { prune(directory) }
            guard inode.directory?.children.isEmpty ?? true else { return }
            drop(inode)
            for link in inode.links { removeName(link) }
            current = inode.link.flatMap { inodes[$0.parent] }
        }
    }

    /// Forgets a name without claiming that it is absent.
    private func removeName(_ link: Link) {
        inodes[link.parent]?.directory?.forget(link.name)
    }

    /// Drops the children that only the listing of their directory made.
    private mutating func prune(_ directory: DirectoryState) {
        for (name, number) in directory.children {
            guard let child = inodes[number] else { continue }
            guard child.lookups == 0, child.file == nil else { continue }
            if let below = child.directory {
                prune(below)
                guard below.children.isEmpty else { continue }
            }
            drop(child)
            directory.forget(name)
        }
    }
}
