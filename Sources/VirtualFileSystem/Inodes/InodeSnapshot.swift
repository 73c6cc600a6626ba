import FileModel

/// What the table says of one inode at one moment.
struct InodeSnapshot: Sendable {
    let number: InodeNumber
    let attributes: FileAttributes
    let expires: ContinuousClock.Instant
    /// See `Inode.named`; as long as the attributes for what is no folder.
    let named: ContinuousClock.Instant
    let isUnlinked: Bool
    let linkCount: UInt32
    let file: OpenFile?

    init(_ inode: Inode) {
        number = inode.number
        attributes = inode.attributes
        expires = inode.expires
        named = inode.directory == nil ? inode.expires : max(inode.expires, inode.named)
        isUnlinked = inode.isUnlinked
        let known = UInt32(inode.otherLinks.count + (inode.link == nil ? 0 : 1))
        linkCount = inode.isUnlinked ? 0 : max(inode.attributes.linkCount ?? 1, known)
        file = inode.file
    }
}

/// What the table says of a name.
enum NameAnswer: Sendable {
    case present(InodeSnapshot)
    case absent(until: ContinuousClock.Instant)
    case unknown(NameQuery)
}

/// A question about a name for the server; equal while nothing was changed there through this volume.
struct NameQuery: Hashable, Sendable {
    let link: Link
    let path: RemotePath
    let revision: UInt64
}

/// A question about an inode for the server.
struct InodeQuery: Hashable, Sendable {
    let number: InodeNumber
    let path: RemotePath
    let revision: UInt64
}
