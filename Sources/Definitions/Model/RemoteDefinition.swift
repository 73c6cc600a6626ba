public import FileModel

/// A server, who logs in, and how it is talked to: all of [remote], decoded and checked.
public struct RemoteDefinition: Hashable, Sendable {
    public var scheme: RemoteScheme
    /// A name or an address without brackets; "localhost" for a command transport without a URL.
    public var host: String
    public var port: Int
    public var user: String?
    /// The folder that the URL or `path` names.
    public var folder: RemoteFolder
    public var addressFamily: RemoteAddressFamily
    public var bindAddress: String?
    public var maximumConnections: Int
    public var maximumDownloadStreams: Int
    public var maximumUploadStreams: Int
    /// For each command.
    public var timeout: Duration
    public var connectTimeout: Duration
    public var idleTimeout: Duration
    /// nil sends none.
    public var keepalive: Duration?
    public var rateLimit: RateLimit
    public var auth: AuthDefinition
    public var tls: TLSDefinition
    public var ssh: SSHDefinition
    public var ftp: FTPDefinition
    public var proxy: ProxyDefinition?
    /// The definition that holds it, as commands name it; nil for a URL of the command line.
    public var name: String?
    /// The [log] of the mount or sync that uses this remote.
    public var log = LogDefinition()

    public var family: ProtocolFamily { scheme.family }
}

/// [remote.auth]
public struct AuthDefinition: Hashable, Sendable {
    public var anonymous: Bool
    public var account: String?
    /// nil where no password was given at all.
    public var password: SecretSource?
    public var methods: [AuthenticationMethod]
    /// Absolute paths; empty means the usual names in ~/.ssh.
    public var identityFiles: [String]
    public var passphrase: SecretSource?
}

/// [remote.tls]
public struct TLSDefinition: Hashable, Sendable {
    public var mode: TLSMode
    public var authCommand: AuthCommand
    public var protectData: Bool
    public var clearCommandChannel: Bool
    public var sessionResumption: SessionResumption
    public var minimumVersion: TLSVersion
    public var maximumVersion: TLSVersion
    public var ciphers: String?
    public var clientCertificate: String?
    public var clientKey: String?
    public var trust: CertificateTrust
    public var caFile: String?
    /// 64 small hexadecimal digits of a certificate, or `sha256//BASE64` of a public key.
    public var pins: [String]
    public var checkHostname: Bool
}

/// [remote.ssh]
public struct SSHDefinition: Hashable, Sendable {
    public var transport: SSHTransport
    /// Program and arguments; not empty with `.command`.
    public var command: [String]
    public var hostKey: HostKeyPolicy
    /// Absolute paths.
    public var knownHosts: [String]
    /// `SHA256:…` without padding.
    public var pins: [String]
    /// Files of ssh_config(5), absolute paths; empty reads none.
    public var config: [String]
    public var compression: Bool
}

/// [remote.ftp]
public struct FTPDefinition: Hashable, Sendable {
    public var dataConnection: DataConnectionMode
    public var fixPassiveAddress: PassiveAddressFix
    public var activeAddress: String?
    public var activePorts: ClosedRange<Int>
    public var transferType: TransferType
    /// An iconv name; nil is UTF-8 by FEAT.
    public var codePage: String?
    public var listing: ListingCommand
    public var dateFormat: DatePattern?
    /// nil is measured.
    public var serverTimezone: ZoneName?
    public var timeSetter: TimeSetter
    public var synchronizeDataChannel: Bool
}

/// [remote.proxy]
public struct ProxyDefinition: Hashable, Sendable {
    /// Never `.none`.
    public var type: ProxyType
    public var host: String
    public var port: Int
    public var user: String?
    public var domain: String?
    public var password: SecretSource?
    public var dataChannel: Bool
}
