import FileModel

/// How directories are listed into the inode table and to who reads them.
extension Volume {
    func listing(for handle: DirectoryHandle, from offset: Int64) throws(StorageError) -> DirectoryListing {
        if offset > 0, let present = handle.present { return present }
        let (listing, wasReady) = try makeListing(of: handle.directory)
        metrics.looked(in: .listings, hit: wasReady)
        handle.read(listing)
        if !wasReady { askForRoomAhead() }
        if let parent = foldersAhead.visited(handle.directory, wasReady: wasReady) { listAhead(in: parent) }
        return listing
    }

    /// - Returns: whether it was there or under way before.
    private func makeListing(
        of directory: InodeNumber
    ) throws(StorageError) -> (listing: DirectoryListing, wasReady: Bool) {
        while true {
            let plan = try inodes.locked { table, now throws(StorageError) in
                try table.planListing(directory, now: now)
            }
            switch plan {
            case .known(let names): return (DirectoryListing(directory: directory, names: names), true)
            case .shared(let underWay) where underWay.join(): return (underWay, true)
            case .shared: continue
            case .new(let listing, let path):
                startHere { await self.fill(listing, path) }
                return (listing, false)
            }
        }
    }

    /// Lists the folders that come next in a walk.
    private func listAhead(in parent: InodeNumber) {
        while let (listing, path) = foldersAhead.next(in: parent) {
            startHere {
                await self.fill(listing, path)
                self.foldersAhead.finished()
                self.listAhead(in: parent)
            }
        }
    }

    /// Lets the server list a directory into the table and to whoever reads it.
    func fill(_ listing: DirectoryListing, _ path: RemotePath) async {
        do throws(StorageError) {
            var place: RemotePath? = path
            while let path = place { place = try await list(listing, path) }
            listing.finish(.success(()))
        } catch {
            inodes.withLock { table, _ in table.abandon(listing) }
            listing.finish(.failure(error))
        }
    }

    /// - Returns: where to list it once more, because the folder was renamed meanwhile; nil when it is complete.
    private func list(_ listing: DirectoryListing, _ path: RemotePath) async throws(StorageError) -> RemotePath? {
        do throws(StorageError) {
            try await receive(listing, path)
        } catch {
            guard let place = try await placeAnew(of: listing) else { throw error }
            return place
        }
        if let place = try await placeAnew(of: listing) { return place }
        listing.append(
            try inodes.locked { table, now throws(StorageError) in try table.complete(listing, now: now) })
        return nil
    }

    private func receive(_ listing: DirectoryListing, _ path: RemotePath) async throws(StorageError) {
        try await remote.list(path) { [inodes] batch throws(StorageError) in
            listing.append(
                try inodes.locked { table, now throws(StorageError) in
                    try table.record(batch, of: listing, now: now)
                })
            if listing.isGivenUp(beyond: FolderReadAhead.nameLimit) { throw .cancelled }
        }
    }

    private func placeAnew(of listing: DirectoryListing) async throws(StorageError) -> RemotePath? {
        try await newPlace { table throws(StorageError) in try table.placeAnew(of: listing) }
    }

    /// Waits for renames of a folder, and of those above it, that are under way.
    ///
    /// - Returns: its path, if it has another one than before.
    func newPlace(
        _ look: @Sendable (inout InodeTable) throws(StorageError) -> InodeTable.Place
    ) async throws(StorageError) -> RemotePath? {
        while true {
            let place = try inodes.locked { table, _ throws(StorageError) in try look(&table) }
            switch place {
            case .same: return nil
            case .moving(let end): try await end.value()
            case .moved(let path): return path
            }
        }
    }
}
