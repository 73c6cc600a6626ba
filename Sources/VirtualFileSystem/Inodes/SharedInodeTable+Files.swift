import FileModel

extension SharedInodeTable {
    func permissions(of number: InodeNumber) -> UInt16? {
        withLock { table, _ in table.inodes[number]?.attributes.permissions }
    }

    /// The file as the server last told it.
    func serverVersion(of number: InodeNumber) -> RescueRecord.Base {
        withLock { table, _ in table.inodes[number].map { .init($0.attributes) } ?? .unknown }
    }

    /// The folder that names an inode; nil for the root and for what has no name.
    func parent(of number: InodeNumber) -> InodeNumber? {
        withLock { table, _ in table.inodes[number]?.link?.parent }
    }

    /// Keeps a temporary name in an inode's folder out of sight until `unhide`.
    func hide(_ name: FileName, beside number: InodeNumber) -> Link? {
        let parent = withLock { table, _ in table.inodes[number].flatMap { ($0.refuge ?? $0.link)?.parent } }
        guard let parent else { return nil }
        let link = Link(parent: parent, name: name)
        hide(link)
        return link
    }

    func hide(_ link: Link) {
        withLock { table, _ in _ = table.inodes[link.parent]?.directory?.hidden.insert(link.name) }
    }

    func unhide(_ link: Link) { withLock { table, now in table.unhide(link, now: now) } }

    /// The attributes of a file whose pages the kernel holds, if an open need not ask for them.
    func attributesOfKeptPages(_ number: InodeNumber) -> FileAttributes? {
        withLock { table, now in
            guard let inode = table.inodes[number], inode.expires > now, inode.pages != nil,
                table.holdsPages(inode, clock: .now())
            else { return nil }
            return inode.attributes
        }
    }

    func revision(of number: InodeNumber) -> UInt64 {
        withLock { table, _ in table.inodes[number]?.revision ?? 0 }
    }

    /// Lets the next questions about a name go to the server.
    func expire(_ path: RemotePath) {
        withLock { table, now in
            var current = InodeNumber.root
            for name in path.components {
                table.inodes[current]?.directory?.completeUntil = nil
                guard let next = table.inodes[current]?.directory?.children[name] else { return }
                current = next
            }
            table.expire(current, now: now)
        }
    }

    func expire(_ number: InodeNumber) {
        withLock { table, now in table.expire(number, now: now) }
    }

    /// The server has everything that was written.
    ///
    /// - Parameter modified: the time it was told to keep; nil leaves the server's own to be asked for.
    func settled(_ number: InodeNumber, size: Int64, modified: Timestamp?) {
        withLock { table, now in
            table.change(number) { attributes in
                attributes.size = size
                attributes.uniqueID = nil
                let old = attributes.modified
                attributes.modified = modified.map { time in
                    let resolution = old?.resolution ?? .second
                    return ModificationTime(
                        time.rounded(down: resolution), resolution: resolution, source: old?.source ?? .local)
                }
            }
            guard let inode = table.inodes[number] else { return }
            inode.expires = modified == nil ? min(inode.expires, now) : now + table.lifetimes.attributes
        }
    }

    /// The open file of an inode, made if there is none; the caller gives it back with `release`.
    func acquireFile(
        _ number: InodeNumber, make: (FileAttributes) -> OpenFile
    ) throws(StorageError) -> OpenFile {
        try locked { table, _ throws(StorageError) in
            let inode = try table.inode(number)
            switch inode.attributes.type {
            case .regular: break
            case .directory: throw StorageError(.isDirectory, "\(try table.path(of: number)) is a directory")
            default: throw StorageError(.unsupported, "\(try table.path(of: number)) is not a regular file")
            }
            let file = inode.file ?? make(inode.attributes)
            inode.file = file
            inode.fileUsers += 1
            return file
        }
    }

    /// A new inode without a name, open.
    func makeFile(
        _ attributes: FileAttributes, make: (InodeNumber) -> OpenFile
    ) throws(StorageError) -> OpenFile {
        try locked { table, now throws(StorageError) in
            let inode = table.make(attributes, expires: now + table.lifetimes.attributes)
            let file = make(inode.number)
            inode.file = file
            inode.fileUsers = 1
            return file
        }
    }

    /// What is left to do when a file is given back.
    enum Leftover: Sendable {
        /// Other handles are open.
        case inUse
        /// It was the last one; the name it was hidden under goes with it.
        case finished(hidden: HiddenName?)
    }

    func releaseFile(_ number: InodeNumber) -> Leftover {
        withLock { table, _ in
            guard let inode = table.inodes[number] else { return .finished(hidden: nil) }
            inode.fileUsers -= 1
            if inode.fileUsers > 0 { return .inUse }
            let path = try? table.path(of: number)
            let hidden = inode.refuge.flatMap { link in
                path.map { HiddenName(link: link, path: $0, event: table.nextEvent()) }
            }
            table.closeFile(number)
            return .finished(hidden: hidden)
        }
    }

    func openFiles() -> [OpenFile] {
        withLock { table, _ in table.inodes.values.compactMap(\.file) }
    }
}

/// The name under which a file lived on that was removed while it was open.
struct HiddenName: Sendable {
    let link: Link
    var path: RemotePath
    /// When that was its path (`InodeTable.nextEvent`).
    var event: UInt64
}
