import FileModel

extension Volume {
    /// Notes that somebody works in folders, and asks in the background for what is about to grow old there.
    func noteUse(of folders: Set<InodeNumber>) {
        guard !foldersAhead.isOff else { return }
        for folder in folders {
            let next = foldersAhead.following(folder)
            let due = inodes.withLock { table, now in table.noteUse(of: folder, next: next, now: now) }
            if let due { refreshLater(due, for: folder) }
        }
    }

    /// Refreshes what is due in a folder, unless a call that somebody waits for would have to wait for that.
    func refreshLater(_ due: InodeTable.Due, for folder: InodeNumber) {
        guard remote.base.hasRoomForMore() else { return }
        let isForNext = due != .listing(folder) && foldersAhead.following(folder).map { due == .listing($0) } ?? false
        guard foldersAhead.beginRefresh(following: isForNext ? folder : nil) else { return }
        guard let refresh = inodes.withLock({ table, _ in table.beginRefresh(due) }) else {
            return foldersAhead.finished()
        }
        startHere {
            switch refresh {
            case .listing(let listing, let path): await self.fill(listing, path)
            case .name(let query): await self.askAgain(query)
            }
            self.foldersAhead.finished()
        }
    }

    private func askAgain(_ query: InodeQuery) async {
        let attributes = try? await inodeFlights.value(for: query) { [remote] () async throws(StorageError) in
            try await remote.attributes(of: query.path)
        }
        inodes.withLock { table, now in table.settle(again: query, attributes, now: now) }
    }
}
