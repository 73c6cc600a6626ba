import FileModel

/// The inodes of a volume with their names, attributes and lookup counts: dentry, attribute and negative cache in one.
///
/// Paths are derived from names, so they follow renames of every directory above. A value without I/O or clock.
struct InodeTable {
    let lifetimes: Lifetimes
    private(set) var inodes = InodePages()
    private var lastNumber = InodeNumber.root.value
    private var lastEvent: UInt64 = 0
    /// Counts own renames of folders, which change paths that calls under way were made with.
    var moves: UInt64 = 0
    /// Folders that are being renamed, or are to be.
    var moving: [InodeNumber: FolderMove] = [:]

    struct Lifetimes: Sendable {
        let attributes: Duration
        let listing: Duration
        let absence: Duration
        /// Half of the times: dividing a `Duration` takes as long as a lookup.
        let halfOfAttributes: Duration
        let halfOfListing: Duration

        init(attributes: Duration, listing: Duration, absence: Duration) {
            self.attributes = attributes
            self.listing = listing
            self.absence = absence
            halfOfAttributes = attributes / 2
            halfOfListing = listing / 2
        }
    }

    init(root: FileAttributes, lifetimes: Lifetimes, now: ContinuousClock.Instant) {
        self.lifetimes = lifetimes
        inodes[.root] = Inode(.root, link: nil, attributes: root, expires: now + lifetimes.attributes)
    }

    /// Numbers own changes and listings in their order, so that it can be told what a listing cannot know yet.
    mutating func nextEvent() -> UInt64 {
        lastEvent += 1
        return lastEvent
    }

    func inode(_ number: InodeNumber) throws(StorageError) -> Inode {
        guard let inode = inodes[number] else {
            throw StorageError(.staleHandle, "the file is no longer known; open it again")
        }
        return inode
    }

    func directory(_ number: InodeNumber) throws(StorageError) -> DirectoryState {
        guard let directory = try inode(number).directory else {
            throw StorageError(.notDirectory, "\(try path(of: number)) is not a directory")
        }
        return directory
    }

    /// - Throws: `.staleHandle` for what was unlinked and has no place on the server any more.
    func path(of number: InodeNumber) throws(StorageError) -> RemotePath {
        var names: [FileName] = []
        var current = try inode(number)
        if let refuge = current.refuge { return try path(of: refuge.name, in: refuge.parent) }
        while current.number != .root {
            guard let link = current.link else {
                throw StorageError(.staleHandle, "the file was removed from the server while it was open")
            }
            names.append(link.name)
            current = try inode(link.parent)
        }
        return names.reversed().reduce(RemotePath.root) { $0.appending($1) }
    }

    func path(of name: FileName, in parent: InodeNumber) throws(StorageError) -> RemotePath {
        try path(of: parent).appending(name)
    }

    func child(_ name: FileName, of parent: InodeNumber) throws(StorageError) -> Inode? {
        try directory(parent).children[name].flatMap { inodes[$0] }
    }

    /// The open files among the names of a folder.
    func openFiles(in folder: Link) -> [OpenFile] {
        let folder = try? child(folder.name, of: folder.parent)
        return (folder?.directory?.children.values ?? [:].values).compactMap { inodes[$0]?.file }
    }

    /// What is known of a name without asking the server.
    func answer(_ name: FileName, in parent: InodeNumber, now: ContinuousClock.Instant) throws(StorageError)
        -> NameAnswer
    {
        let directory = try directory(parent)
        if let number = directory.children[name], let inode = inodes[number] {
            if inode.answersForName(now) { return .present(InodeSnapshot(inode)) }
        } else if let until = directory.absent[name], until > now {
            return .absent(until: until)
        } else if let until = directory.completeUntil, until > now {
            // Noted, because the kernel will believe it as well.
            if directory.absent.count < DirectoryState.absentLimit {
                directory.absent[name] = min(until, now + lifetimes.absence)
            }
            return .absent(until: min(until, now + lifetimes.absence))
        }
        let query = NameQuery(
            link: Link(parent: parent, name: name), path: try path(of: name, in: parent), revision: directory.revision)
        return .unknown(query)
    }

    /// Makes a new inode without a name.
    mutating func make(_ attributes: FileAttributes, expires: ContinuousClock.Instant) -> Inode {
        lastNumber += 1
        let inode = Inode(InodeNumber(lastNumber), link: nil, attributes: attributes, expires: expires)
        inodes[inode.number] = inode
        return inode
    }

    mutating func drop(_ inode: Inode) {
        inodes[inode.number] = nil
    }
}
