import FileModel

/// What the volume knows of a directory's names.
final class DirectoryState {
    /// See `Inode.named`.
    var named: ContinuousClock.Instant
    var children: [FileName: InodeNumber] = [:]
    /// Names known to be absent, and until when.
    var absent: [FileName: ContinuousClock.Instant] = [:]
    /// Until when `children` is the whole directory.
    var completeUntil: ContinuousClock.Instant?
    /// A listing under way or just finished that a new reader may share.
    var listing: DirectoryListing?
    var listingsUnderWay = 0
    /// Since the first of the listings under way began, names went that the server may well have.
    var hasForgotten = false
    /// Questions about single names, and changes of them, since the last listing began.
    var uses = 0
    /// The server is being asked whether the folder is still there, see `Refresh`.
    var isAskedFor = false
    /// Names changed here since the first of the listings under way began: those listings know nothing of them.
    var touched: Set<FileName> = []
    /// Names that calls of our own are changing: what a listing tells of them is older or newer than what we know.
    var changing: [FileName: Int] = [:]
    /// Names of removed files that are still open; invisible.
    var hidden: Set<FileName> = []
    /// When the last own rename of it ended (`InodeTable.nextEvent`).
    var lastMove: UInt64 = 0
    /// Counts own changes of names.
    var revision: UInt64 = 0

    init(named: ContinuousClock.Instant) { self.named = named }

    /// Absent names kept at most.
    static let absentLimit = 4096

    /// Whether a listing under way cannot know how things are with a name.
    func isInDoubt(_ name: FileName) -> Bool { touched.contains(name) || changing[name] != nil }

    func beginChange(of name: FileName) { changing[name, default: 0] += 1 }

    func endChange(of name: FileName) {
        let left = (changing[name] ?? 1) - 1
        changing[name] = left > 0 ? left : nil
        if listingsUnderWay > 0 { touched.insert(name) }
    }

    /// A name goes without being absent; a listing that has told it already is not the whole folder any more.
    func forget(_ name: FileName) {
        children[name] = nil
        completeUntil = nil
        hasForgotten = listingsUnderWay > 0
    }

    func noteChange(of name: FileName) {
        revision += 1
        absent[name] = nil
        if listingsUnderWay > 0 { touched.insert(name) }
        listing = nil
    }
}
