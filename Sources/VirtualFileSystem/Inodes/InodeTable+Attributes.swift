import FileModel

extension InodeTable {
    /// Attributes that may be answered without asking, or the question for the server.
    enum AttributeAnswer: Sendable {
        case known(InodeSnapshot)
        case unknown(InodeQuery)
    }

    func attributes(of number: InodeNumber, now: ContinuousClock.Instant) throws(StorageError) -> AttributeAnswer {
        let inode = try inode(number)
        if inode.expires > now || (inode.isUnlinked && inode.refuge == nil) { return .known(InodeSnapshot(inode)) }
        return .unknown(InodeQuery(number: number, path: try path(of: number), revision: inode.revision))
    }

    /// The server's answer to a question about an inode.
    mutating func settle(
        _ query: InodeQuery, _ attributes: FileAttributes, now: ContinuousClock.Instant
    ) throws(StorageError) -> InodeSnapshot {
        let inode = try inode(query.number)
        guard inode.attributes.type == attributes.type else {
            if let link = inode.link { detach(inode, link) }
            throw StorageError(.staleHandle, "\(query.path) was replaced on the server; open it again")
        }
        if inode.revision == query.revision { refresh(inode, attributes, now: now) }
        return InodeSnapshot(inode)
    }

    /// The server says that the inode's name is gone.
    mutating func settleAbsence(_ query: InodeQuery, now: ContinuousClock.Instant) {
        guard let inode = inodes[query.number], inode.revision == query.revision, inode.file == nil,
            let link = inode.link
        else { return }
        detach(inode, link)
        if let directory = try? directory(link.parent) { noteAbsence(of: link.name, in: directory, now: now) }
    }

    /// What the server told when a file was opened, unless we changed the file since `revision`.
    func noteOpened(
        _ number: InodeNumber, _ attributes: FileAttributes, revision: UInt64, now: ContinuousClock.Instant
    ) {
        guard let inode = inodes[number], inode.attributes.type == attributes.type, inode.revision == revision
        else { return }
        refresh(inode, attributes, now: now)
    }

    /// Whether the pages in the kernel's cache are still those of the file; remembers what the next are read from.
    ///
    /// A file that changed in the last seconds may change again without a new time, so pages read now are not kept.
    func keepsPages(_ number: InodeNumber, isWritten: Bool, clock: Timestamp) -> Bool {
        guard let inode = inodes[number] else { return false }
        defer { inode.pages = isWritten || !Self.isSettled(inode, clock) ? nil : PageStamp(inode.attributes) }
        return !isWritten && holdsPages(inode, clock: clock)
    }

    /// The same, remembering nothing.
    func holdsPages(_ inode: Inode, clock: Timestamp) -> Bool {
        Self.isSettled(inode, clock) && inode.pages == PageStamp(inode.attributes)
    }

    private static func isSettled(_ inode: Inode, _ clock: Timestamp) -> Bool {
        inode.attributes.modified.map { clock.duration(since: $0.time) > .seconds(3) } ?? false
    }

    func refresh(_ inode: Inode, _ attributes: FileAttributes, now: ContinuousClock.Instant) {
        inode.attributes = inode.file?.live.withLock { $0.completed(attributes) } ?? attributes
        inode.expires = now + lifetimes.attributes
        inode.named = inode.expires
        inode.file?.serverSize.store(attributes.size, ordering: .relaxed)
    }

    /// A folder is still there, whatever else there is to know of it.
    func keepName(of inode: Inode, now: ContinuousClock.Instant) { inode.named = now + lifetimes.attributes }

    /// Lets the next question go to the server.
    mutating func expire(_ number: InodeNumber, now: ContinuousClock.Instant) {
        guard let inode = inodes[number] else { return }
        inode.expires = min(inode.expires, now)
        inode.revision = nextEvent()
    }

    /// The server has set attributes. A time alone is known then, as far as the server tells times, and it is all that was
    /// unknown of a folder that we changed; modes and owners may have come out otherwise.
    func noteSet(_ number: InodeNumber, _ changes: AttributeChanges, now: ContinuousClock.Instant) {
        guard let inode = inodes[number] else { return }
        guard let modified = changes.modified, let old = inode.attributes.modified, changes.permissions == nil,
            changes.owner == nil, changes.group == nil
        else {
            inode.expires = min(inode.expires, now)
            return
        }
        inode.attributes.modified = ModificationTime(
            modified.rounded(down: old.resolution), resolution: old.resolution, source: old.source)
        if inode.directory != nil { inode.expires = max(inode.expires, inode.named) }
    }

    /// Changes attributes that we set ourselves.
    mutating func change(_ number: InodeNumber, _ body: (inout FileAttributes) -> Void) {
        guard let inode = inodes[number] else { return }
        body(&inode.attributes)
        inode.revision = nextEvent()
        for link in inode.links {
            if let directory = inodes[link.parent]?.directory, directory.listingsUnderWay > 0 {
                directory.touched.insert(link.name)
            }
        }
    }
}
