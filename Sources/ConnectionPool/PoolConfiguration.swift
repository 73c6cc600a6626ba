/// The limits and times of one pool: one server, one account.
public struct PoolConfiguration: Hashable, Sendable {
    /// The server as messages name it, such as `sftp://user@host:22`. Never holds a secret.
    public var name: String
    /// Sessions at most, as the server counts them. At least 1.
    public var maximumConnections = 25
    /// Leases that share one connection: 1 for FTP, dozens for SFTP. A connection is filled before another is opened.
    public var streamsPerConnection = 1
    /// Connections that may carry downloads at the same time, and uploads.
    public var maximumDownloadStreams = Int.max
    public var maximumUploadStreams = Int.max
    /// An unused connection is closed after this time.
    public var idleTimeout: Duration = .seconds(60)
    /// The same while other programs wait for a session.
    public var idleTimeoutWhenWanted: Duration = .seconds(5)
    /// A connection on which nothing was leased or released for this time is checked; nil never.
    public var keepAlive: Duration? = .seconds(30)
    /// A check that takes longer means a dead connection.
    public var keepAliveTimeout: Duration = .seconds(15)
    /// A connection that was silent for this time (no check is wanted, or the machine slept) is checked before it is
    /// handed out: a firewall may have forgotten it.
    public var checkAfter: Duration = .seconds(45)
    /// A check that somebody waits for may take this long.
    public var checkTimeout: Duration = .seconds(5)
    /// How long a lease waits when the caller names no deadline.
    public var leaseTimeout: Duration = .seconds(60)
    /// The same for `.bulk`: transfers that wait for transfers have time.
    public var bulkLeaseTimeout: Duration = .seconds(3600)
    /// Sessions that bulk and stream leases leave free for metadata; none when there is only one session in all.
    public var reservedForMetadata = 1
    /// Connection attempts under way at the same time, once one has succeeded.
    public var maximumConnecting = 4
    /// The same for a server that has let as many sessions in and refused none (sshd's MaxStartups drops what comes
    /// faster). Below `maximumConnecting` it has no effect.
    public var mostConnecting = 4
    /// The pause after the first failed attempt; it doubles with each further one. Jitter takes off up to a half.
    public var backOffBase: Duration = .milliseconds(250)
    public var backOffMaximum: Duration = .seconds(30)
    /// With no connection open, a lease waits for the next attempt if it is at most this far away, and else fails
    /// at once with the last error.
    public var backOffPatience: Duration = .seconds(1)
    /// The pause before one connection more than the server's learned limit is tried; it doubles up to 16 times this.
    public var limitProbeInterval: Duration = .seconds(60)
    /// A refused login is taken for a limit, not for a wrong password, while the same account is logged in or was
    /// within this time (FTP servers say 530 for both).
    public var loginProof: Duration = .seconds(300)
    /// After credentials that were good before were refused, one more attempt is made after this time, in case it was
    /// the server's fault. Credentials that were never good are not tried again.
    public var loginRetry: Duration = .seconds(3600)
    /// The same for refused certificates and host keys, which lock no account.
    public var trustRetry: Duration = .seconds(60)
    /// How often idle stream holders are asked to give back, and other programs' wants are looked at.
    public var pressureInterval: Duration = .milliseconds(100)
    /// A connection this old is given to a program that has none, at its next release.
    public var turn: Duration = .seconds(1)

    public init(name: String, maximumConnections: Int = 25, streamsPerConnection: Int = 1) {
        self.name = name
        self.maximumConnections = max(1, maximumConnections)
        self.streamsPerConnection = max(1, streamsPerConnection)
    }

    func maximumCarriers(of direction: TransferDirection) -> Int {
        max(1, direction == .download ? maximumDownloadStreams : maximumUploadStreams)
    }
}
