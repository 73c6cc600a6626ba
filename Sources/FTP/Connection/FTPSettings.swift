public import FileModel
public import TLS
public import Transport

/// Everything needed to open a control connection and to work with it.
public struct FTPSettings: Sendable {
    public var endpoint: Endpoint
    public var dialing = DialOptions()
    public var credentials: FTPCredentials
    public var security: FTPSecurity
    public var data = DataConnectionSettings()
    /// How the contents of files are transferred; listings and sizes are always binary.
    public var transferType = TransferType.binary
    public var times = TimeSettings()
    public var timeouts = FTPTimeouts()
    /// Nil: MLSD where the server has it.
    public var listing: ListingMode?
    /// Bytes of memory that one listing may come to.
    public var listingLimit = ListingBudget.standard
    /// Whether a server that offers UTF-8 is asked to speak it; false for names in another character set.
    public var prefersUTF8 = true
    /// Whether independent commands are sent before the reply to the first has come.
    public var pipelining = true
    /// What was learned about this server; connections to the same server share one.
    public var memory = ServerMemory()
    /// Is told once an upload has shown that MDTM tells the wall's time, or (nil) that it tells UTC.
    public var rememberClock: (@Sendable (WallClock?) -> Void)?
    /// Tells each line sent and received, without secrets.
    public var log: WireLog?
    /// Is told how the connections come about.
    public var observer: ConnectionObserver?

    public init(endpoint: Endpoint, credentials: FTPCredentials, security: FTPSecurity) {
        self.endpoint = endpoint
        self.credentials = credentials
        self.security = security
    }
}

extension FTPSettings {
    /// Whether a data connection may be asked for together with other commands, before a transfer needs it.
    var mayAskForDataAhead: Bool {
        pipelining && !data.isSynchronized && !data.mode.isActive && transferType == .binary
    }

    /// - Throws: `.configuration` for settings that contradict each other.
    func check() throws(StorageError) {
        guard data.mode.isActive, dialing.proxy != nil else { return }
        throw StorageError(
            .configuration,
            "data_connection = \"\(data.mode.rawValue)\" cannot be used with a proxy: the server would have to connect "
                + "to this machine; use \"auto\"")
    }
}

public struct FTPCredentials: Hashable, Sendable {
    public var user: String
    public var password: Secret
    /// For servers that ask for ACCT; nil where none is needed.
    public var account: Secret?

    public init(user: String, password: Secret, account: Secret? = nil) {
        self.user = user
        self.password = password
        self.account = account
    }

    /// RFC 1635; the password is an address of nobody.
    public static let anonymous = FTPCredentials(user: "anonymous", password: Secret("anonymous@"))
}

/// Whether and how the connections are encrypted (RFC 4217).
public struct FTPSecurity: Sendable {
    public var mode: FTPSecurityMode
    public var authCommand = AuthCommand.tls
    /// PROT P, or PROT C when false.
    public var protectsData = true
    /// CCC: after the login the control connection goes back to clear text; data stays as `protectsData` says.
    public var clearsCommandChannel = false
    public var resumption = SessionResumption.automatic
    /// What is known of the server's offers, so that `if-available` cannot be talked out of TLS.
    public var history: any TLSHistory = TLSHistoryInMemory()
    /// Nil only for `.never`.
    public var context: TLSContext?

    public init(mode: FTPSecurityMode, context: TLSContext?) {
        self.mode = mode
        self.context = context
    }

    public static let none = FTPSecurity(mode: .never, context: nil)
}

public enum FTPSecurityMode: String, Hashable, Sendable, CaseIterable {
    /// AUTH is tried; a server that refuses it, and was never seen to agree, is spoken to in clear.
    case ifAvailable = "if-available"
    case explicit, implicit, never
}

public enum AuthCommand: String, Hashable, Sendable, CaseIterable {
    case tls = "TLS"
    case ssl = "SSL"
}

/// Whether data connections continue the TLS session of their control connection.
public enum SessionResumption: String, Hashable, Sendable, CaseIterable {
    /// Offered; what the server makes of it is its business.
    case automatic = "auto"
    /// A data connection that did not resume is refused: its other end may be somebody else.
    case require
    case off
}

public struct DataConnectionSettings: Hashable, Sendable {
    public var mode = DataConnectionMode.automatic
    public var addressFix = PassiveAddressFix.automatic
    /// The address that PORT and EPRT tell the server; nil: the control connection's local one.
    public var activeAddress: String?
    /// Ports that are opened, one at a time, for the server to connect to.
    public var activePorts = 50_000...50_100
    /// One step at a time: each command waits for the reply to the one before, a transfer's command (in passive mode) for
    /// its data connection, and the next command until both ends of that are closed.
    public var isSynchronized = false
    /// Whether data connections go through the proxy of the control connection, too.
    public var usesProxy = true

    public init() {}
}

/// The representation of file contents on the line (RFC 959 §3.1.1).
public enum TransferType: String, Hashable, Sendable, CaseIterable {
    /// TYPE I: bytes as they are.
    case binary
    /// TYPE A: lines. Their ends are LF here, and on the server what its system has.
    case ascii
}

public enum DataConnectionMode: String, Hashable, Sendable, CaseIterable {
    /// EPSV, then PASV where the server or the way to it does not know EPSV.
    case automatic = "auto"
    case extendedPassive = "epsv"
    case passive = "pasv"
    /// The server connects to us, as EPRT says (RFC 2428 §2).
    case extendedActive = "eprt"
    /// The server connects to us, as PORT says (RFC 959 §4.1.2); IPv4 only.
    case active = "port"

    public var isActive: Bool { self == .active || self == .extendedActive }
}

/// What is made of the address in a PASV reply.
public enum PassiveAddressFix: String, Hashable, Sendable, CaseIterable {
    /// A private address means NAT, so the control connection's is used; the public one of a third host is refused.
    case automatic = "auto"
    /// The control connection's address, whatever the reply says.
    case always
    /// As the reply says.
    case never
}

public struct TimeSettings: Sendable {
    /// The zone of LIST times; nil measures it.
    public var zone: ServerZone?
    /// How LIST writes dates; nil: as the servers of its kind do.
    public var pattern: DatePattern?
    public var setter = TimeSetterChoice.automatic

    public init() {}
}

/// How modification times are set.
public enum TimeSetterChoice: String, Hashable, Sendable, CaseIterable {
    /// By FEAT and proof.
    case automatic = "auto"
    case mfmt, mdtm, utime, off
}

/// Every wait has an end.
public struct FTPTimeouts: Hashable, Sendable {
    /// For each reply, and for data that does not move.
    public var command: Duration
    /// For TCP connect and TLS handshake together.
    public var connect: Duration
    /// For the verdict on an upload: servers scan, hash or forward a file before they answer.
    public var verdict: Duration

    public init(
        command: Duration = .seconds(10), connect: Duration = .seconds(10), verdict: Duration = .seconds(60)
    ) {
        self.command = command
        self.connect = connect
        self.verdict = max(verdict, command)
    }
}
