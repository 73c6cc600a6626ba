import FileModel

extension InodeTable {
    /// Records what the server told of a name: refreshes its inode, or makes one.
    ///
    /// A name that stands for another thing than before gets a new inode; the old one lives on without a name.
    /// - Parameter event: when the server was asked (`nextEvent`). What we changed since then keeps its attributes.
    @discardableResult
    mutating func adopt(
        _ attributes: FileAttributes, as name: FileName, in parent: InodeNumber, at event: UInt64 = .max,
        now: ContinuousClock.Instant
    ) throws(StorageError) -> Inode {
        let directory = try directory(parent)
        directory.absent[name] = nil
        if let present = try child(name, of: parent) {
            if Self.isSame(present, attributes) {
                present.revision > event ? keepName(of: present, now: now) : refresh(present, attributes, now: now)
                return present
            }
            detach(present, Link(parent: parent, name: name))
        }
        let inode = make(attributes, expires: now + lifetimes.attributes)
        attach(inode, Link(parent: parent, name: name), to: directory)
        return inode
    }

    /// Records the answer to a question, unless the name was changed since it was asked.
    mutating func settle(
        _ query: NameQuery, _ attributes: FileAttributes, now: ContinuousClock.Instant
    ) throws(StorageError) -> InodeSnapshot {
        let inode = try adopt(attributes, as: query.link.name, in: query.link.parent, now: now)
        let directory = try directory(query.link.parent)
        if directory.listingsUnderWay > 0 { directory.touched.insert(query.link.name) }
        if directory.revision != query.revision {
            inode.expires = now
            inode.named = now
        }
        return InodeSnapshot(inode)
    }

    /// Records that a name is absent.
    mutating func settleAbsence(_ query: NameQuery, now: ContinuousClock.Instant) {
        guard let directory = try? directory(query.link.parent), directory.revision == query.revision else { return }
        if let number = directory.children[query.link.name], let inode = inodes[number] {
            if inode.file != nil { return }
            detach(inode, query.link)
        }
        noteAbsence(of: query.link.name, in: directory, now: now)
    }

    func noteAbsence(of name: FileName, in directory: DirectoryState, now: ContinuousClock.Instant) {
        if directory.absent.count >= DirectoryState.absentLimit { directory.absent.removeAll() }
        directory.absent[name] = now + lifetimes.absence
    }

    /// A file that we just made.
    mutating func insert(
        _ attributes: FileAttributes, as name: FileName, in parent: InodeNumber, now: ContinuousClock.Instant
    ) throws(StorageError) -> Inode {
        let directory = try directory(parent)
        directory.noteChange(of: name)
        expire(parent, now: now)
        let inode = try adopt(attributes, as: name, in: parent, now: now)
        inode.revision = nextEvent()
        if let made = inode.directory { made.completeUntil = now + lifetimes.listing }
        return inode
    }

    /// A further name of a file, made by us.
    mutating func addLink(_ link: Link, to number: InodeNumber, now: ContinuousClock.Instant) throws(StorageError) {
        let directory = try directory(link.parent)
        let inode = try inode(number)
        directory.noteChange(of: link.name)
        if let present = try child(link.name, of: link.parent) { detach(present, link) }
        expire(link.parent, now: now)
        inode.attributes.linkCount = inode.attributes.linkCount.map { $0 + 1 }
        inode.revision = nextEvent()
        attach(inode, link, to: directory)
    }

    /// A name that we removed.
    mutating func unlink(_ name: FileName, in parent: InodeNumber, now: ContinuousClock.Instant) throws(StorageError) {
        let directory = try directory(parent)
        directory.noteChange(of: name)
        expire(parent, now: now)
        if let inode = try child(name, of: parent) {
            inode.attributes.linkCount = inode.attributes.linkCount.map { $0 > 0 ? $0 - 1 : 0 }
            inode.revision = nextEvent()
            detach(inode, Link(parent: parent, name: name))
        }
        noteAbsence(of: name, in: directory, now: now)
    }

    /// A rename that we made; what stood at the target loses that name.
    mutating func rename(_ source: Link, to target: Link, now: ContinuousClock.Instant) throws(StorageError) {
        if try child(target.name, of: target.parent) != nil { try unlink(target.name, in: target.parent, now: now) }
        let (from, to) = (try directory(source.parent), try directory(target.parent))
        from.noteChange(of: source.name)
        to.noteChange(of: target.name)
        expire(source.parent, now: now)
        expire(target.parent, now: now)
        noteAbsence(of: source.name, in: from, now: now)
        guard let number = from.children.removeValue(forKey: source.name), let inode = inodes[number] else { return }
        if inode.directory != nil { moves += 1 }
        inode.remove(source)
        inode.revision = nextEvent()
        attach(inode, target, to: to)
    }

    /// Two names that we let change places.
    mutating func exchange(_ first: Link, _ second: Link, now: ContinuousClock.Instant) throws(StorageError) {
        let (one, two) = (try child(first.name, of: first.parent), try child(second.name, of: second.parent))
        try directory(first.parent).noteChange(of: first.name)
        try directory(second.parent).noteChange(of: second.name)
        expire(first.parent, now: now)
        expire(second.parent, now: now)
        try move(one, from: first, to: second)
        try move(two, from: second, to: first)
        if one == nil { try directory(second.parent).children[second.name] = nil }
        if two == nil { try directory(first.parent).children[first.name] = nil }
    }

    private mutating func move(_ inode: Inode?, from source: Link, to target: Link) throws(StorageError) {
        guard let inode else { return }
        if inode.directory != nil { moves += 1 }
        inode.remove(source)
        inode.revision = nextEvent()
        attach(inode, target, to: try directory(target.parent))
    }

    private func attach(_ inode: Inode, _ link: Link, to directory: DirectoryState) {
        inode.add(link)
        directory.children[link.name] = inode.number
        directory.absent[link.name] = nil
    }

    /// Takes a name off an inode; the inode goes with its last name when nobody holds it.
    mutating func detach(_ inode: Inode, _ link: Link) {
        inode.remove(link)
        if let directory = inodes[link.parent]?.directory, directory.children[link.name] == inode.number {
            directory.children[link.name] = nil
        }
        if inode.isUnlinked, inode.lookups == 0 { removeIfUnused(inode) }
    }

    /// Moves an open file out of sight: its content lives on under another name until the last handle is closed.
    func hide(_ number: InodeNumber, as refuge: Link) throws(StorageError) {
        try directory(refuge.parent).hidden.insert(refuge.name)
        try inode(number).refuge = refuge
    }

    func unhide(_ number: InodeNumber) {
        guard let inode = inodes[number], let refuge = inode.refuge else { return }
        inode.refuge = nil
        inodes[refuge.parent]?.directory?.hidden.remove(refuge.name)
    }

    /// A temporary name is gone; a listing that began before may still tell of it.
    func unhide(_ link: Link, now: ContinuousClock.Instant) {
        guard let directory = inodes[link.parent]?.directory else { return }
        directory.hidden.remove(link.name)
        directory.noteChange(of: link.name)
        noteAbsence(of: link.name, in: directory, now: now)
    }

    static func isSame(_ inode: Inode, _ attributes: FileAttributes) -> Bool {
        if inode.attributes.type != attributes.type { return false }
        guard inode.file == nil, let known = inode.attributes.uniqueID, let told = attributes.uniqueID else {
            return true
        }
        return known == told
    }
}
