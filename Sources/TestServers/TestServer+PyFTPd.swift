import FoundationEssentials

/// How a server built with pyftpdlib differs from its library's defaults.
public struct PyFTPdOptions: Sendable {
    /// Commands that it does not know, answered with 500: `MLSD`, `SIZE`, `SITE CHMOD`.
    public var without: Set<String> = []
    /// Lines that FEAT leaves out: `UTF8`.
    public var hiddenFeatures: Set<String> = []
    /// Lines that FEAT has besides its own: `XCRC`.
    public var features: [String] = []
    /// Replies in place of what it would do, by verb; also to verbs that it does not know.
    public var answers: [String: String] = [:]
    /// Reply codes in place of its own; "" keeps the reply to itself.
    public var codes: [String: String] = [:]
    /// The address that PASV announces.
    public var masquerade: String?
    /// Logins as `anonymous`, and no others.
    public var isAnonymous = false
    /// What ACCT has to say after PASS; nil: no account is asked for.
    public var account: String?
    /// Letters of pyftpdlib's permissions.
    public var permissions = "elradfmwMT"
    /// Control and data connections together.
    public var maxConnections = 512
    public var maxPerAddress = 0
    /// Seconds; 0 for no limit.
    public var idleTimeout = 300
    /// Listings and MDTM tell the time of the server's zone instead of UTC.
    public var tellsLocalTime = false
    /// Seconds by which the clock is ahead that gives uploaded files their times.
    public var clockAhead = 0
    /// Whether it listens at ::1, too.
    public var listensOnIPv6 = false

    public init() {}

    /// Of everything that was added to FTP since RFC 959, nothing.
    public static var oldest: PyFTPdOptions {
        var options = PyFTPdOptions()
        options.without = ["FEAT", "OPTS", "MLSD", "MLST", "SIZE", "MDTM", "MFMT", "EPSV", "EPRT", "REST"]
        return options
    }
}

extension TestServer {
    /// A server built with pyftpdlib, in one process, with one user.
    ///
    /// - Parameter timezone: the TZ of its process; nil is that of the machine.
    public static func pyftpdlib(
        _ options: PyFTPdOptions = PyFTPdOptions(), tls: ServerTLS = .none, certificate: CertificateKind = .valid,
        passivePorts: Int = 90, timezone: String? = nil
    ) async throws -> TestServer {
        let site = try await ServerSite(.pyftpdlib, passivePorts: passivePorts, timezone: timezone)
        let certificates = try await Certificates.shared()
        try LocalFiles.write(PyFTPdScript.text, to: site.folder("server.py"))
        try LocalFiles.write(
            try text(PyFTPdRequest(options, site, tls, certificates, certificate)), to: site.folder("options.json"),
            mode: 0o600)
        return try await TestServer(
            site,
            ServerSetup(
                command: ["/usr/bin/python3", "-u", site.folder("server.py"), site.folder("options.json")],
                rootOnServer: "/", user: options.isAnonymous ? "anonymous" : site.account.name,
                password: options.isAnonymous ? "anonymous@" : site.account.password,
                caFile: tls == .none ? nil : certificates.caFile, tls: tls))
    }

    private static func text(_ request: PyFTPdRequest) throws -> String {
        String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
    }
}

/// What the program reads.
private struct PyFTPdRequest: Encodable {
    let root, user, password, tls, certificate, key: String
    let without, hiddenFeatures, features: [String]
    let answers, codes: [String: String]
    let masquerade, account: String?
    let permissions: String
    let anonymous, localTime: Bool
    let uid: UInt32
    let hosts: [String]
    let port, maxConnections, maxPerAddress, idleTimeout, clockAhead: Int
    let passivePorts: [Int]

    init(
        _ options: PyFTPdOptions, _ site: ServerSite, _ tls: ServerTLS, _ certificates: Certificates,
        _ kind: CertificateKind
    ) {
        root = site.root
        user = site.account.name
        password = site.account.password
        self.tls = tls.rawValue
        certificate = certificates.certificateFile(kind)
        key = certificates.keyFile(kind)
        without = options.without.sorted()
        hiddenFeatures = options.hiddenFeatures.sorted()
        features = options.features
        answers = options.answers
        codes = options.codes
        masquerade = options.masquerade
        account = options.account
        permissions = options.permissions
        anonymous = options.isAnonymous
        localTime = options.tellsLocalTime
        uid = site.account.uid
        hosts = ["127.0.0.1"] + (options.listensOnIPv6 ? ["::1"] : [])
        port = site.port
        maxConnections = options.maxConnections
        maxPerAddress = options.maxPerAddress
        idleTimeout = options.idleTimeout
        clockAhead = options.clockAhead
        passivePorts = [site.passivePorts.lowerBound, site.passivePorts.upperBound]
    }
}
