import FileModel

/// A place that names an inode: one entry of a directory.
struct Link: Hashable, Sendable {
    let parent: InodeNumber
    let name: FileName
}

/// A file, directory or link that the volume knows.
///
/// Belongs to its `InodeTable` and is only touched under the table's lock. A mount holds one for each name it knows, so what
/// few of them have is kept apart.
final class Inode {
    let number: InodeNumber
    /// Its first name; nil for the root and for what was unlinked.
    var link: Link?
    /// As the server last told them; `OpenFile` knows better while it writes.
    var attributes: FileAttributes
    /// Until when `attributes` are believed.
    var expires: ContinuousClock.Instant {
        get { Self.origin + .nanoseconds(expiry) }
        set { expiry = (newValue - Self.origin).wholeNanoseconds }
    }

    private static let origin = ContinuousClock.now
    private var expiry: Int64
    /// How often the kernel was told this number and has not forgotten it (fuse_lowlevel.h, lookup and forget).
    var lookups: UInt64 = 0
    /// The last own change (`InodeTable.nextEvent`), so that an answer that was asked for before it is not believed after it.
    var revision: UInt64 = 0
    /// The last listing that named it.
    var listing: UInt64 = 0
    /// What few inodes have.
    private var rare: Rare?

    private final class Rare {
        var directory: DirectoryState?
        var otherLinks: [Link] = []
        var file: OpenFile?
        var fileUsers = 0
        var refuge: Link?
        var pages: PageStamp?
    }

    private func set<Value>(_ part: ReferenceWritableKeyPath<Rare, Value>, _ value: Value, isNothing: Bool) {
        if rare == nil, isNothing { return }
        let rare = self.rare ?? Rare()
        self.rare = rare
        rare[keyPath: part] = value
    }

    init(_ number: InodeNumber, link: Link?, attributes: FileAttributes, expires: ContinuousClock.Instant) {
        self.number = number
        self.link = link
        self.attributes = attributes
        expiry = (expires - Self.origin).wholeNanoseconds
        if attributes.isDirectory { directory = DirectoryState(named: expires) }
    }

    /// Set for directories.
    var directory: DirectoryState? {
        get { rare?.directory }
        set { set(\.directory, newValue, isNothing: newValue == nil) }
    }

    /// Further names, made through this volume.
    var otherLinks: [Link] {
        get { rare?.otherLinks ?? [] }
        set { set(\.otherLinks, newValue, isNothing: newValue.isEmpty) }
    }

    /// Set while handles are open.
    var file: OpenFile? {
        get { rare?.file }
        set { set(\.file, newValue, isNothing: newValue == nil) }
    }

    var fileUsers: Int {
        get { rare?.fileUsers ?? 0 }
        set { set(\.fileUsers, newValue, isNothing: newValue == 0) }
    }

    /// The hidden name that an open file got when its own was removed.
    var refuge: Link? {
        get { rare?.refuge }
        set { set(\.refuge, newValue, isNothing: newValue == nil) }
    }

    /// What the pages in the kernel's cache were read from.
    var pages: PageStamp? {
        get { rare?.pages }
        set { set(\.pages, newValue, isNothing: newValue == nil) }
    }

    /// Until when its name is believed to stand for it. A folder that we changed has unknown times, but is still there.
    var named: ContinuousClock.Instant {
        get { directory?.named ?? expires }
        set { directory?.named = newValue }
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
