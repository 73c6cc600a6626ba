public import VirtualFileSystem

/// A question to a mount.
struct ControlRequest: Codable, Sendable {
    enum Command: String, Codable, Sendable {
        case status
        case dropCaches = "drop-caches"
        /// Upload what is pending now.
        case flush
    }

    var command: Command
}

/// Its answer.
struct ControlReply: Codable, Sendable {
    var status: MountStatus?
    /// What went wrong.
    var error: String?
}

/// What a mount is doing, as other processes see it.
public struct MountStatus: Codable, Sendable, Hashable {
    /// The definition in mounts.d; empty for a URL.
    public var name: String
    public var mountpoint: String
    /// Server and account, `sftp://user@host:22`.
    public var remote: String
    public var folder: String
    public var process: Int32
    /// Seconds since 1970.
    public var started: Int64
    public var isReadOnly: Bool
    public var volume: VolumeStatus
    public var pool: PoolStatus?

    public struct PoolStatus: Codable, Sendable, Hashable {
        /// The cap, or the server's own smaller one where it was met.
        public var limit: Int
        public var open: Int
        public var idle: Int
        public var leased: Int
        /// Calls that wait for a session.
        public var waiting: Int
        public var connecting: Int
        public var lastError: String?
    }
}
