public import FileModel
import Glibc

/// How a volume behaves: `[mount]` of a definition.
public struct VolumeSettings: Sendable {
    public var isReadOnly = false
    /// Who owns everything on the mount.
    public var user: UInt32 = getuid()
    public var group: UInt32 = getgid()
    /// Taken from the permissions of files whose server tells none.
    public var umask: UInt16 = 0o022
    /// For how long attributes are believed.
    public var attributeTimeout: Duration = .seconds(3)
    /// For how long a complete listing is believed.
    public var directoryTimeout: Duration = .seconds(3)
    /// For how long the absence of a name is believed.
    public var negativeTimeout: Duration = .seconds(1)
    /// The largest window that is read ahead of a sequential reader, per open file.
    public var readAhead = ByteCount(8 << 20)
    /// What a writer may be ahead of the server, per file.
    public var writeBehind = ByteCount(32 << 20)
    /// Room of all spool files together.
    public var spoolLimit = ByteCount(2 << 30)
    /// Where spool files live; they have no name there.
    public var spoolDirectory = "/var/tmp"
    /// The longest that a call waits for a sign of life of the server.
    public var timeout: Duration = .seconds(60)
    /// The same for opening the volume, which has to connect and log in.
    public var connectTimeout: Duration = .seconds(60)
    /// Symbolic links are shown so that none leads out of the volume.
    public var containsLinks = true
    /// The volume's folder from the server's root; nil where only the server knows.
    public var serverFolder: RemotePath?
    /// A stream that nobody read from for so long gives its session back.
    public var streamIdleTimeout: Duration = .seconds(1)

    /// Where files go that could not be uploaded; nil: they are lost.
    public var rescue: RescueSettings?

    public init() {}
}

/// Where rescued files are kept, and what their records say of the mount.
public struct RescueSettings: Hashable, Sendable {
    /// Exists, and is ours.
    public var folder: String
    /// The definition in mounts.d; empty for a URL.
    public var definition: String
    /// The folder on the server that is mounted, as definitions write it.
    public var remoteFolder: String

    public init(folder: String, definition: String, remoteFolder: String) {
        self.folder = folder
        self.definition = definition
        self.remoteFolder = remoteFolder
    }
}
