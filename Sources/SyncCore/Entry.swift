public import FileModel

/// What one side tells of one name: all that comparing needs, and nothing else.
public struct Entry: Hashable, Sendable {
    public var type: FileType
    /// Bytes; 0 for a directory.
    public var size: Int64
    /// nil when the side does not say, and for directories, whose times say nothing about their content.
    public var modified: ModificationTime?
    /// Survives a rename on its side: an inode number, MLSD's `unique`. Never compared across sides.
    public var identity: String?

    public init(type: FileType, size: Int64 = 0, modified: ModificationTime? = nil, identity: String? = nil) {
        self.type = type
        self.size = type == .directory ? 0 : size
        self.modified = type == .directory ? nil : modified
        self.identity = identity
    }

    public init(_ attributes: FileAttributes) {
        // A copy is proven by its size: what has none that is known cannot be copied, and is reported as left alone.
        self.init(
            type: attributes.hasExactSize ? attributes.type : .special, size: attributes.size,
            modified: attributes.modified, identity: attributes.uniqueID)
    }

    public var isDirectory: Bool { type == .directory }

    /// Whether both are the same state of the same side, as far as that side can tell.
    public func isSameState(as other: Entry) -> Bool {
        Difference.between(self, other) == .none
    }
}

/// What is known of a name on one side in this run.
public enum Observation: Hashable, Sendable {
    case present(Entry)
    /// Proven: the parent was listed completely, or is itself proven absent.
    case absent
    /// The parent could not be listed completely.
    case unknown

    public var entry: Entry? {
        if case .present(let entry) = self { entry } else { nil }
    }
}
