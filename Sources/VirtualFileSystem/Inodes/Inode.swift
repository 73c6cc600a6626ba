import FileModel

/// A place that names an inode: one entry of a directory.
struct Link: Hashable, Sendable {
    let parent: InodeNumber
    let name: FileName
}

/// A file, directory or link that the volume knows.
///
/// Belongs to its `InodeTable` and is only touched under the table's lock.
final class Inode {
    let number: InodeNumber
    /// Its first name; nil for the root and for what was unlinked.
    var link: Link?
    /// Further names, made through this volume.
    var otherLinks: [Link] = []
    /// As the server last told them; `OpenFile` knows better while it writes.
    var attributes: FileAttributes
    /// Until when `attributes` are believed.
    var expires: ContinuousClock.Instant
    /// Until when its name is believed to stand for it. A folder that we changed has unknown times, but is still there.
    var named: ContinuousClock.Instant
    /// How often the kernel was told this number and has not forgotten it (fuse_lowlevel.h, lookup and forget).
    var lookups: UInt64 = 0
    /// Counts own changes, so that an answer that was asked for before one is not believed after it.
    var revision: UInt64 = 0
    /// Set while handles are open.
    var file: OpenFile?
    var fileUsers = 0
    /// Set for directories.
    var directory: DirectoryState?
    /// The hidden name that an open file got when its own was removed.
    var refuge: Link?
    /// What the pages in the kernel's cache were read from.
    var pages: PageStamp?
    /// The last listing that named it.
    var listing: UInt64 = 0

    init(_ number: InodeNumber, link: Link?, attributes: FileAttributes, expires: ContinuousClock.Instant) {
        self.number = number
        self.link = link
        self.attributes = attributes
        self.expires = expires
        named = expires
        if attributes.isDirectory { directory = DirectoryState() }
    }

    /// Whether a question about its name needs no server.
    func answersForName(_ now: ContinuousClock.Instant) -> Bool {
        expires > now || file != nil || (directory != nil && named > now)
    }

    var isUnlinked: Bool { link == nil && number != .root }

    var links: [Link] { (link.map { [$0] } ?? []) + otherLinks }

    func add(_ new: Link) {
        if link == nil { link = new } else { otherLinks.append(new) }
    }

    func remove(_ old: Link) {
        if link == old {
            link = otherLinks.popLast()
        } else {
            otherLinks.removeAll { $0 == old }
        }
    }
}

/// The version of a file's content, as far as attributes can tell.
struct PageStamp: Hashable, Sendable {
    let size: Int64
    let modified: Timestamp?

    init(_ attributes: FileAttributes) {
        size = attributes.size
        modified = attributes.modified?.time
    }
}

/// What the volume knows of a directory's names.
final class DirectoryState {
    var children: [FileName: InodeNumber] = [:]
    /// Names known to be absent, and until when.
    var absent: [FileName: ContinuousClock.Instant] = [:]
    /// Until when `children` is the whole directory.
    var completeUntil: ContinuousClock.Instant?
    /// A listing under way or just finished that a new reader may share.
    var listing: DirectoryListing?
    var listingsUnderWay = 0
    /// Questions about single names since the last listing began.
    var questions = 0
    /// Names changed here since the first of the listings under way began: those listings know nothing of them.
    var touched: Set<FileName> = []
    /// Names that calls of our own are changing: what a listing tells of them is older or newer than what we know.
    var changing: [FileName: Int] = [:]
    /// Names of removed files that are still open; invisible.
    var hidden: Set<FileName> = []
    /// Counts own changes of names.
    var revision: UInt64 = 0

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

    func noteChange(of name: FileName) {
        revision += 1
        absent[name] = nil
        if listingsUnderWay > 0 { touched.insert(name) }
        listing = nil
    }
}
