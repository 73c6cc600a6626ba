public import FileModel

/// How a server lists directories.
public struct ListingMeasurement: Codable, Hashable, Sendable {
    /// MLSD.
    public var isMachineReadable: Bool
    /// `LIST -a` shows the directory itself; nil: not known.
    public var listsAll: Bool?
    /// Seconds by which LIST times are ahead of UTC; nil: not known.
    public var zoneOffset: Int?
}

extension FTPConnection {
    /// Finds out how the server lists, whatever it says of itself.
    ///
    /// - Parameter path: a directory with a fresh file in it.
    public func measureListing(_ path: RemotePath) async throws(StorageError) -> ListingMeasurement {
        try await operation { () async throws(StorageError) in
            defer { returnHome() }
            let ignored: EntryReceiver = { _ async throws(StorageError) in }
            var result = ListingMeasurement(isMachineReadable: try await hasMachineListings(path))
            try await listForPeople(path, ignored)
            result.listsAll = memory[\.listsAll]
            result.zoneOffset = memory.zoneOffset
            return result
        }
    }

    private func hasMachineListings(_ path: RemotePath) async throws(StorageError) -> Bool {
        var reader = listingReader(.machine, zone: .utc)
        do throws(StorageError) {
            try await readListing(path, .listFacts, &reader) { _ async throws(StorageError) in }
            return true
        } catch  where !error.isSessionFault {
            return false
        }
    }
}

extension ServerMemory {
    /// Starts from what was measured before. The zone is not part of it: with summer time an offset holds for a season.
    ///
    /// - Parameter setter: proven to work; nil: none does.
    public convenience init(_ listing: ListingMeasurement, setter: TimeSetter?) {
        self.init()
        self[\.withoutMachineListings] = !listing.isMachineReadable
        self[\.listsAll] = listing.listsAll
        self[\.timeSetter] = setter.map { TimeSetterState.proven($0) } ?? TimeSetterState.none
    }
}
