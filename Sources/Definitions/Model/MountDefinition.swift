public import FileModel

/// One file of mounts.d: a server, and the folder it is mounted on.
public struct MountDefinition: Hashable, Sendable {
    /// Empty for a URL on the command line.
    public var name: String
    public var remote: RemoteDefinition
    public var mount: MountSettings

    /// Whether the daemon mounts it: it has a mount point and is not switched off.
    public var isMountedByDaemon: Bool { mount.enabled && mount.mountpoint != nil }

    /// [log]
    public var log: LogDefinition { remote.log }

    /// The folder on the server that is shown.
    public var folder: RemoteFolder { mount.folder ?? remote.folder }
}

/// [mount]
public struct MountSettings: Hashable, Sendable {
    public var enabled: Bool
    /// An absolute path; nil where the command line has to name it.
    public var mountpoint: String?
    /// nil is the remote's own.
    public var folder: RemoteFolder?
    public var readOnly: Bool
    public var allowOther: Bool
    /// The kernel checks permission bits.
    public var defaultPermissions: Bool
    /// Mount over a folder that is not empty.
    public var allowNonEmpty: Bool
    /// Links of the server do not lead out of the mount.
    public var containSymlinks: Bool
    public var user: Ownership
    public var group: Ownership
    public var umask: UInt16
    public var attributeTimeout: Duration
    public var directoryTimeout: Duration
    public var negativeTimeout: Duration
    public var readAhead: ByteCount
    public var writeBehind: ByteCount
    public var spoolLimit: ByteCount
    public var write: WriteMode
}

/// [log]
public struct LogDefinition: Hashable, Sendable {
    public var level: LogLevel
    public var sent: Bool
    public var received: Bool

    public init(level: LogLevel = .info, sent: Bool = false, received: Bool = false) {
        self.level = level
        self.sent = sent
        self.received = received
    }
}
