public import FileModel

/// The attributes of version 3; nil is "not sent" (draft-ietf-secsh-filexfer-02 §5).
public struct SFTPAttributes: Hashable, Sendable {
    public var size: UInt64?
    public var owner: Owner?
    /// `st_mode`, file type included.
    public var permissions: UInt32?
    public var times: Times?
    /// As the first character of a listing line tells it (`drwxr-xr-x …`), for servers that send no permissions.
    var listedType: FileType?

    public struct Owner: Hashable, Sendable {
        public var user: UInt32
        public var group: UInt32

        public init(user: UInt32, group: UInt32) {
            self.user = user
            self.group = group
        }
    }

    /// Seconds since 1970, both or none.
    public struct Times: Hashable, Sendable {
        public var accessed: UInt32
        public var modified: UInt32

        public init(accessed: UInt32, modified: UInt32) {
            self.accessed = accessed
            self.modified = modified
        }
    }

    public init(size: UInt64? = nil, owner: Owner? = nil, permissions: UInt32? = nil, times: Times? = nil) {
        self.size = size
        self.owner = owner
        self.permissions = permissions
        self.times = times
    }

    public var isEmpty: Bool { self == SFTPAttributes() }
}

extension SFTPAttributes {
    private static let typeMask: UInt32 = 0o170000
    private static let regular: UInt32 = 0o100000
    private static let directory: UInt32 = 0o040000
    private static let symbolicLink: UInt32 = 0o120000

    /// The file type, as the permissions tell it; nil when they were not sent.
    public var type: FileType? {
        guard let permissions else { return listedType }
        switch permissions & Self.typeMask {
        case Self.regular, 0: return .regular
        case Self.directory: return .directory
        case Self.symbolicLink: return .symbolicLink
        default: return .special
        }
    }

    /// As the rest of the house sees them. A file whose type was not told counts as regular.
    public var fileAttributes: FileAttributes {
        let type = type ?? .regular
        var result = FileAttributes(type: type)
        if type != .directory, let size { result.size = Int64(clamping: size) }
        if let times {
            result.modified = ModificationTime(
                Timestamp(seconds: Int64(times.modified)), resolution: .second, source: .sftp)
        }
        result.permissions = permissions.map { UInt16($0 & 0o7777) }
        result.owner = owner?.user
        result.group = owner?.group
        return result
    }

    /// The type that the first character of a listing line stands for.
    static func type(fromListing character: UInt8) -> FileType? {
        switch character {
        case UInt8(ascii: "d"): .directory
        case UInt8(ascii: "l"): .symbolicLink
        case UInt8(ascii: "-"): .regular
        default: nil
        }
    }

    /// Whether a listing says too little of a name to do without LSTAT.
    public var isIncomplete: Bool { type == nil || times == nil || (type == .regular && size == nil) }
}
