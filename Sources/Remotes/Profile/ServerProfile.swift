public import FTP

/// What was found out about one server and account, and is to be remembered between runs and shared by processes.
///
/// Each part is optional: a file written by an older version lacks the newer ones. It never holds a secret.
public struct ServerProfile: Codable, Hashable, Sendable {
    /// The server took AUTH once; from then on `if-available` does not go on in clear.
    public var offersTLS: Bool?
    /// The user was told that the server is spoken to in clear.
    public var toldOfClearText: Bool?
    /// The certificate that the user accepted (trust on first use).
    public var certificate: AcceptedCertificate?
    /// Which server and account this is about, for people; set with every change.
    public var identity: String?

    /// How many sessions the server grants.
    public var sessionLimit: SessionLimit?
    /// How many it had granted at once.
    public var sessionsHeld: SessionsHeld?
    /// Credentials that it refused, until they turn out to be good.
    public var refusedLogin: RefusedLogin?
    /// The last good login.
    public var lastLogin: GoodLogin?

    /// FTP: MDTM tells the time of a zone; nil: UTC, or not known.
    public var wallClock: WallClock?

    /// What `syncctl probe` measured.
    public var measured: MeasuredServer?

    public init() {}
}
