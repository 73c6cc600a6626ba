import FileModel

extension InodeTable {
    /// Folders of more names are not listed again for the sake of a few of them.
    private static let refreshLimit = 2000
    /// Questions about single names that make a listing worth while; one that the server has to answer counts twice.
    private static let refreshThreshold = 3

    /// Notes a question about a name of a folder. One whose names are asked for one after the other is listed again
    /// when half of its listing's time is over, so that the answers stay at hand.
    ///
    /// - Returns: the listing to make, which nobody waits for; nil while there is no need.
    mutating func planRefresh(of parent: InodeNumber, now: ContinuousClock.Instant) -> (DirectoryListing, RemotePath)? {
        guard let directory = inodes[parent]?.directory, let until = directory.completeUntil else { return nil }
        directory.questions += 1
        guard directory.questions >= Self.refreshThreshold, lifetimes.listing > .zero,
            until < now + lifetimes.listing / 2, directory.listingsUnderWay == 0,
            directory.children.count <= Self.refreshLimit
        else { return nil }
        guard case .new(let listing, let path)? = try? planNewListing(parent, isWanted: false) else { return nil }
        return (listing, path)
    }
}
