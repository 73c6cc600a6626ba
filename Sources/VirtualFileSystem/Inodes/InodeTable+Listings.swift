import FileModel

extension InodeTable {
    /// How a directory is read: from what is known, from a listing under way, or from a new one.
    enum ListingPlan: Sendable {
        case known([ListedName])
        case shared(DirectoryListing)
        case new(DirectoryListing, RemotePath)
    }

    /// - Parameter isWanted: somebody reads it; otherwise it is made for who may come.
    mutating func planListing(
        _ number: InodeNumber, isWanted: Bool = true, now: ContinuousClock.Instant
    ) throws(StorageError) -> ListingPlan {
        let directory = try directory(number)
        if let until = directory.completeUntil, until > now { return .known(names(in: directory)) }
        if let listing = directory.listing, listing.isUnderWay { return .shared(listing) }
        return try planNewListing(number, isWanted: isWanted)
    }

    mutating func planNewListing(_ number: InodeNumber, isWanted: Bool) throws(StorageError) -> ListingPlan {
        let directory = try directory(number)
        let path = try path(of: number)
        let listing = DirectoryListing(id: nextEvent(), directory: number, isWanted: isWanted)
        directory.listing = listing
        directory.listingsUnderWay += 1
        directory.uses = 0
        return .new(listing, path)
    }

    private func names(in directory: DirectoryState) -> [ListedName] {
        // In the order of the listing they came with, so that who reads in this order is seen to.
        directory.children.sorted { $0.value.value < $1.value.value }.compactMap { name, number in
            inodes[number].map { ListedName(name: name, number: number, type: $0.attributes.type) }
        }
    }

    /// Records a batch of a listing.
    ///
    /// - Returns: the names to show: without those removed and with those kept by our own changes since it began.
    mutating func record(
        _ batch: [DirectoryEntry], of listing: DirectoryListing, now: ContinuousClock.Instant
    ) throws(StorageError) -> [ListedName] {
        try checkPlace(of: listing)
        listing.hasTold()
        let directory = try directory(listing.directory)
        var names: [ListedName] = []
        names.reserveCapacity(batch.count)
        for entry in batch where !directory.hidden.contains(entry.name) {
            let inode =
                isOurs(entry.name, in: directory)
                ? try child(entry.name, of: listing.directory)
                : try adopt(entry.attributes, as: entry.name, in: listing.directory, at: listing.id, now: now)
            guard let inode, inode.listing != listing.id else { continue }
            inode.listing = max(inode.listing, listing.id)
            names.append(ListedName(name: entry.name, number: inode.number, type: inode.attributes.type))
        }
        return names
    }

    /// Whether we know better than a listing how things are with a name. One that we changed and then forgot is the server's
    /// again, unless we know that it is gone.
    private func isOurs(_ name: FileName, in directory: DirectoryState) -> Bool {
        guard directory.isInDoubt(name) else { return false }
        return directory.children[name] != nil || directory.absent[name] != nil || directory.changing[name] != nil
    }

    /// Ends a listing that came in full (`placeAnew` says `.same`): what neither it nor a later one named is gone.
    ///
    /// - Returns: names it could not know of, because only we have them yet.
    mutating func complete(
        _ listing: DirectoryListing, now: ContinuousClock.Instant
    ) throws(StorageError) -> [ListedName] {
        let directory = try directory(listing.directory)
        let isWhole = !directory.hasForgotten
        endListing(of: directory, listing)
        var own: [ListedName] = []
        for (name, number) in directory.children {
            guard let inode = inodes[number], inode.listing < listing.id else { continue }
            if inode.file != nil || directory.isInDoubt(name) {
                own.append(ListedName(name: name, number: number, type: inode.attributes.type))
            } else {
                detach(inode, Link(parent: listing.directory, name: name))
            }
        }
        directory.completeUntil = isWhole ? now + lifetimes.listing : nil
        if directory.listingsUnderWay == 0 { directory.touched.removeAll() }
        return own
    }

    /// - Throws: `.staleHandle`: what the server begins to tell may be of another folder.
    private func checkPlace(of listing: DirectoryListing) throws(StorageError) {
        guard !listing.isTelling else { return }
        if case .same = try place(of: listing.directory, since: listing.began) { return }
        throw StorageError(.staleHandle, "a folder was renamed while \(try path(of: listing.directory)) was listed")
    }

    /// Where to list once more what the server was asked for, since the folder moved meanwhile. What was told so far stays
    /// told.
    mutating func placeAnew(of listing: DirectoryListing) throws(StorageError) -> Place {
        guard listing.isUnderWay else { return .same }
        let place = try place(of: listing.directory, since: listing.began)
        if case .moved(let path) = place { try listing.beginAnew(at: nextEvent(), path) }
        return place
    }

    /// Ends a listing that failed.
    func abandon(_ listing: DirectoryListing) {
        guard let directory = inodes[listing.directory]?.directory else { return }
        endListing(of: directory, listing)
        if directory.listingsUnderWay == 0 { directory.touched.removeAll() }
    }

    private func endListing(of directory: DirectoryState, _ listing: DirectoryListing) {
        directory.listingsUnderWay -= 1
        if directory.listingsUnderWay == 0 { directory.hasForgotten = false }
        if directory.listing === listing { directory.listing = nil }
    }
}
