/// What kind of thing a name stands for.
public enum FileType: String, Hashable, Sendable, Codable {
    case regular, directory, symbolicLink
    /// A device, socket, pipe, or whatever a server lists that is none of the above.
    case special
}

/// What a file system tells of one file; nil is "the server does not say".
///
/// In this order it takes least room: a mount holds one for each name it knows.
public struct FileAttributes: Hashable, Sendable {
    /// Bytes; 0 for a directory.
    public var size: Int64
    public var modified: ModificationTime?
    public var type: FileType
    /// False where the server tells blocks or nothing: only reading the file tells its size.
    public var hasExactSize = true
    private var told = Told()
    private var mode: UInt16 = 0
    private var uid: UInt32 = 0
    private var gid: UInt32 = 0
    private var links: UInt32 = 0
    /// A server-wide identity that survives renames: the MLSD `unique` fact (RFC 3659 §7.5.2), an inode number.
    public var uniqueID: String?

    public init(
        type: FileType, size: Int64 = 0, modified: ModificationTime? = nil, permissions: UInt16? = nil,
        owner: UInt32? = nil, group: UInt32? = nil, linkCount: UInt32? = nil, uniqueID: String? = nil
    ) {
        self.type = type
        self.size = size
        self.modified = modified
        self.uniqueID = uniqueID
        self.permissions = permissions
        self.owner = owner
        self.group = group
        self.linkCount = linkCount
    }

    public var isDirectory: Bool { type == .directory }
}

extension FileAttributes {
    /// Which of the numbers below the server told; what it did not tell is kept as 0.
    private struct Told: OptionSet, Hashable {
        var rawValue: UInt8 = 0

        static let permissions = Told(rawValue: 1)
        static let owner = Told(rawValue: 2)
        static let group = Told(rawValue: 4)
        static let linkCount = Told(rawValue: 8)

        /// - Returns: the number to keep.
        mutating func note<Number: FixedWidthInteger>(_ part: Told, _ number: Number?) -> Number {
            if number == nil { remove(part) } else { insert(part) }
            return number ?? 0
        }
    }

    /// The low twelve mode bits (chmod(2)).
    public var permissions: UInt16? {
        get { told.contains(.permissions) ? mode : nil }
        set { mode = told.note(.permissions, newValue) }
    }

    public var owner: UInt32? {
        get { told.contains(.owner) ? uid : nil }
        set { uid = told.note(.owner, newValue) }
    }

    public var group: UInt32? {
        get { told.contains(.group) ? gid : nil }
        set { gid = told.note(.group, newValue) }
    }

    public var linkCount: UInt32? {
        get { told.contains(.linkCount) ? links : nil }
        set { links = told.note(.linkCount, newValue) }
    }

    /// Takes over the mode and the owner that `changes` sets.
    public mutating func setAccess(_ changes: AttributeChanges) {
        permissions = changes.permissions ?? permissions
        owner = changes.owner ?? owner
        group = changes.group ?? group
    }
}

/// One line of a listing. The attributes are those of the name itself (lstat), links are not followed.
public struct DirectoryEntry: Hashable, Sendable {
    public let name: FileName
    public var attributes: FileAttributes

    public init(name: FileName, attributes: FileAttributes) {
        self.name = name
        self.attributes = attributes
    }
}

/// Attributes to set; nil leaves one as it is.
public struct AttributeChanges: Hashable, Sendable {
    public var size: Int64?
    public var permissions: UInt16?
    public var owner: UInt32?
    public var group: UInt32?
    public var modified: Timestamp?
    public var accessed: Timestamp?

    public init(
        size: Int64? = nil, permissions: UInt16? = nil, owner: UInt32? = nil, group: UInt32? = nil,
        modified: Timestamp? = nil, accessed: Timestamp? = nil
    ) {
        self.size = size
        self.permissions = permissions
        self.owner = owner
        self.group = group
        self.modified = modified
        self.accessed = accessed
    }

    public var isEmpty: Bool { self == AttributeChanges() }

    /// Takes over what `later` sets.
    public mutating func merge(_ later: AttributeChanges) {
        size = later.size ?? size
        permissions = later.permissions ?? permissions
        owner = later.owner ?? owner
        group = later.group ?? group
        modified = later.modified ?? modified
        accessed = later.accessed ?? accessed
    }
}

/// Room on a file system (statvfs(3)); counts of `blockSize` bytes.
public struct FileSystemStatistics: Hashable, Sendable {
    public var blockSize: UInt64
    public var totalBlocks: UInt64
    public var freeBlocks: UInt64
    public var availableBlocks: UInt64
    public var totalFiles: UInt64
    public var freeFiles: UInt64
    public var maximumNameLength: UInt64

    public init(
        blockSize: UInt64, totalBlocks: UInt64, freeBlocks: UInt64, availableBlocks: UInt64, totalFiles: UInt64 = 0,
        freeFiles: UInt64 = 0, maximumNameLength: UInt64 = 255
    ) {
        self.blockSize = blockSize
        self.totalBlocks = totalBlocks
        self.freeBlocks = freeBlocks
        self.availableBlocks = availableBlocks
        self.totalFiles = totalFiles
        self.freeFiles = freeFiles
        self.maximumNameLength = maximumNameLength
    }
}
