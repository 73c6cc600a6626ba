import FileModel

/// What to ask the server in the background, because somebody is about to want it and it is about to grow old.
enum Refresh: Sendable {
    case listing(DirectoryListing, RemotePath)
    /// Whether a folder is still there.
    case name(InodeQuery)
}

extension InodeTable {
    /// What grows old soon; see `beginRefresh`.
    enum Due: Hashable, Sendable {
        case listing(InodeNumber)
        case name(InodeNumber)
    }

    /// Folders of more names are not listed again for the sake of a few of them.
    private static let refreshLimit = 2000
    /// The same for folders above: only the name of one of theirs is sure to be asked for.
    private static let refreshLimitAbove = 200
    /// Uses that make a refresh worth while; a question that the server has to answer counts twice.
    private static let refreshThreshold = 3

    /// Notes that somebody works in a folder: asks for a name in it, or changes one.
    ///
    /// A folder in which that happens again and again is listed anew when half of its listing's time is over, so that the
    /// answers stay at hand, and so is the folder that comes next in a walk. Paths lead through the folders above, whose
    /// names are kept as well. What is not used any more grows old.
    /// - Parameter next: see `FolderReadAhead.following`.
    /// - Returns: what to refresh first.
    func noteUse(
        of number: InodeNumber, next: InodeNumber?, now: ContinuousClock.Instant
    ) -> Due? {
        guard let directory = inodes[number]?.directory else { return nil }
        directory.uses += 1
        guard directory.uses >= Self.refreshThreshold, lifetimes.listing > .zero else { return nil }
        if isListingDue(directory, upTo: Self.refreshLimit, now) { return .listing(number) }
        if let due = dueAbove(number, now) { return due }
        guard let next, let following = inodes[next]?.directory, isListingDue(following, upTo: Self.refreshLimit, now)
        else { return nil }
        return .listing(next)
    }

    private func dueAbove(_ start: InodeNumber, _ now: ContinuousClock.Instant) -> Due? {
        var current = start
        while let directory = inodes[current]?.directory, let parent = inodes[current]?.link?.parent,
            let above = inodes[parent]?.directory
        {
            let isListed = isKept(above, now) && above.children.count <= Self.refreshLimitAbove
            if isListed, isListingDue(above, upTo: Self.refreshLimitAbove, now) { return .listing(parent) }
            let listingTellsIt = isListed && lifetimes.listing <= lifetimes.attributes
            if !listingTellsIt, isNameDue(directory, now) { return .name(current) }
            current = parent
        }
        return nil
    }

    private func isKept(_ directory: DirectoryState, _ now: ContinuousClock.Instant) -> Bool {
        directory.completeUntil.map { $0 > now } ?? false
    }

    private func isListingDue(_ directory: DirectoryState, upTo limit: Int, _ now: ContinuousClock.Instant) -> Bool {
        guard let until = directory.completeUntil else { return false }
        return until < now + lifetimes.halfOfListing && directory.listingsUnderWay == 0
            && directory.children.count <= limit
    }

    private func isNameDue(_ directory: DirectoryState, _ now: ContinuousClock.Instant) -> Bool {
        directory.named > now && directory.named < now + lifetimes.halfOfAttributes && !directory.isAskedFor
    }

    /// - Returns: nil when it is being refreshed already, or is gone.
    mutating func beginRefresh(_ due: Due) -> Refresh? {
        switch due {
        case .listing(let number):
            guard inodes[number]?.directory?.listingsUnderWay == 0,
                case .new(let listing, let path)? = try? planNewListing(number, isWanted: false)
            else { return nil }
            return .listing(listing, path)
        case .name(let number):
            guard let inode = inodes[number], let directory = inode.directory, !directory.isAskedFor,
                let path = try? path(of: number)
            else { return nil }
            directory.isAskedFor = true
            return .name(InodeQuery(number: number, path: path, revision: inode.revision))
        }
    }

    /// The answer to `Refresh.name`; nil when there was none. Anything but the folder as it was known is left to whoever
    /// asks for it next.
    mutating func settle(again query: InodeQuery, _ attributes: FileAttributes?, now: ContinuousClock.Instant) {
        guard let inode = inodes[query.number], let directory = inode.directory, directory.isAskedFor else { return }
        directory.isAskedFor = false
        guard let attributes, Self.isSame(inode, attributes), (try? path(of: query.number)) == query.path else {
            return
        }
        inode.revision == query.revision ? refresh(inode, attributes, now: now) : keepName(of: inode, now: now)
    }
}
