public import FileModel

/// What stat(2) shows of an inode.
public struct NodeAttributes: Sendable {
    public var inode: InodeNumber
    public var type: FileType
    /// The low twelve mode bits.
    public var permissions: UInt16
    public var size: Int64
    public var user: UInt32
    public var group: UInt32
    public var linkCount: UInt32
    public var modified: Timestamp
    /// What cp(1) and stdio(3) take as their buffer, in bytes.
    public var preferredBlock: Int
    /// For how long the kernel may believe this.
    public var validity: Duration
}

/// An inode that the kernel now holds one reference more of; `Volume.forget` gives it back.
public struct Entry: Sendable {
    public let attributes: NodeAttributes
    /// For how long the kernel may believe that the name stands for the inode.
    public let validity: Duration
}

/// The answer to a lookup.
public enum LookupAnswer: Sendable {
    case found(Entry)
    case absent(validity: Duration)
}

/// A handle, and what the kernel may do with it.
public struct OpenedFile: Sendable {
    public let handle: HandleID
    /// The pages in the kernel's cache are still those of the file.
    public let keepsCache: Bool
    /// The size is no measure of the content: reads go to the end, wherever that is, past the kernel's cache.
    public let readsDirectly: Bool
    /// Closing it needs no verdict.
    public let isReadOnly: Bool
}

/// Attributes to set, as setattr of FUSE asks for them; nil leaves one as it is.
public struct NodeChanges: Sendable {
    public var permissions: UInt16?
    public var user: UInt32?
    public var group: UInt32?
    public var size: Int64?
    public var modified: Timestamp?
    public var accessed: Timestamp?

    public init() {}
}
