public import FileModel

extension Volume {
    /// Finds a name and takes a reference on its inode for the kernel.
    ///
    /// - Throws: `.notDirectory`, `.staleHandle`, and what keeps the server from answering; absence is an answer.
    public func lookup(_ name: FileName, in parent: InodeNumber) async throws(StorageError) -> LookupAnswer {
        while true {
            if let known = try cachedLookup(name, in: parent) { return known }
            let answer = try inodes.locked { table, now throws(StorageError) in
                try table.answer(name, in: parent, now: now)
            }
            guard case .unknown(let query) = answer else { continue }
            return try await ask(query)
        }
    }

    /// The same from the caches alone; nil where the server has to be asked.
    public func cachedLookup(_ name: FileName, in parent: InodeNumber) throws(StorageError) -> LookupAnswer? {
        let (refreshes, next) = (!foldersAhead.isOff, foldersAhead.following(parent))
        let (answer, due) = try inodes.locked { table, now throws(StorageError) in
            let answer = try table.answer(name, in: parent, now: now)
            if case .present(let snapshot) = answer { try table.retain(snapshot.number) }
            return (answer, refreshes ? table.noteUse(of: parent, next: next, now: now) : nil)
        }
        if let due { refreshLater(due, for: parent) }
        switch answer {
        case .present(let snapshot): return .found(entry(snapshot))
        case .absent(let until): return .absent(validity: validity(until: until))
        case .unknown: return nil
        }
    }

    private func ask(_ query: NameQuery) async throws(StorageError) -> LookupAnswer {
        do throws(StorageError) {
            let attributes = try await nameFlights.value(for: query) { [remote] () async throws(StorageError) in
                try await remote.attributes(of: query.path)
            }
            let snapshot = try inodes.locked { table, now throws(StorageError) in
                let snapshot = try table.settle(query, attributes, now: now)
                try table.retain(snapshot.number)
                return snapshot
            }
            return .found(entry(snapshot))
        } catch  where error.code == .notFound {
            inodes.withLock { table, now in table.settleAbsence(query, now: now) }
            return .absent(validity: settings.negativeTimeout)
        }
    }

    /// The directory above; the root is its own.
    public func parent(of inode: InodeNumber) -> InodeNumber {
        inodes.withLock { table, _ in table.inodes[inode]?.link?.parent ?? .root }
    }

    /// Gives back references that `lookup`, the creating calls and readdirplus took.
    public func forget(_ inode: InodeNumber, _ count: UInt64) {
        inodes.withLock { table, _ in table.forget(inode, count) }
    }
}
