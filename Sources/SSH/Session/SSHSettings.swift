public import Transport

/// How a server's SFTP subsystem is reached through libssh2.
public struct SSHSettings: Sendable {
    public var endpoint: Endpoint
    public var credentials: SSHCredentials
    public var hostKeys = HostKeyPolicy.knownHosts(files: HostKeyPolicy.defaultFiles)
    /// The name under which known_hosts has the server, instead of its own (HostKeyAlias of ssh_config(5)).
    public var hostKeyAlias: String?
    public var dial = DialOptions()
    /// For greeting, key exchange and the check of the host key together.
    public var handshakeTimeout: Duration = .seconds(10)
    /// For login, channel and subsystem together.
    public var loginTimeout: Duration = .seconds(30)
    public var compression = false
    /// Bytes that the server may send ahead of us. 2 MiB, libssh2's default, is 40 MB/s at a round trip of 50 ms.
    public var window: UInt32 = 32 << 20

    /// Tells versions, algorithms and the steps of the login.
    public var log: WireLog?
    /// Is told how the connections come about.
    public var observer: ConnectionObserver?

    public init(endpoint: Endpoint, credentials: SSHCredentials) {
        self.endpoint = endpoint
        self.credentials = credentials
    }
}
