/// Names an inode for the life of a volume; never used twice.
public struct InodeNumber: Hashable, Sendable {
    public let value: UInt64

    public init(_ value: UInt64) { self.value = value }

    /// The mounted folder itself (FUSE_ROOT_ID).
    public static let root = InodeNumber(1)
}
