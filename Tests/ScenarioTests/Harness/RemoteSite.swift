import TestServers

/// The servers of the scenarios, by what a user would call them.
enum SiteKind: String, Sendable, CaseIterable {
    case sftp
    case ftp
    case ftpesProFTPD
    case ftpesVSFTPD
    case ftps

    var isFTP: Bool { self != .sftp }

    func startServer() async throws -> TestServer {
        switch self {
        case .sftp: try await .openSSH()
        case .ftp: try await .proFTPD()
        case .ftpesProFTPD: try await .proFTPD(tls: .explicit)
        case .ftpesVSFTPD: try await .vsftpd(tls: .explicit)
        case .ftps: try await .proFTPD(tls: .implicit)
        }
    }

    var scheme: String {
        switch self {
        case .sftp: "sftp"
        case .ftp: "ftp"
        case .ftpesProFTPD, .ftpesVSFTPD: "ftpes"
        case .ftps: "ftps"
        }
    }
}

/// A server, a user of the program, and the words with which the user names the server.
struct RemoteSite: Sendable {
    let kind: SiteKind
    let server: TestServer
    let workplace: Workplace
    /// Where clients connect: the server's own address, or that of a relay before it.
    var host: String
    var password: String?
    var extraOptions: [String] = []

    init(_ kind: SiteKind, server: TestServer? = nil, workplace: Workplace? = nil) async throws {
        self.kind = kind
        self.server = if let server { server } else { try await kind.startServer() }
        self.workplace = try workplace ?? Workplace()
        host = self.server.host
        password = self.server.password
    }

    /// The server's folder on this machine's disk.
    var disk: DiskPath { DiskPath(server.root) }

    var url: String { url(below: "") }

    func url(below path: String) -> String {
        let root = server.rootOnServer == "/" ? "" : server.rootOnServer
        return "\(kind.scheme)://\(server.user)@\(host):\(server.port)\(root)/\(path)"
    }

    /// Makes a folder on the server's disk, owned by its account.
    ///
    /// - Returns: its URL.
    func makeRoot(_ name: String) throws -> String {
        try (disk / name).makeDirectory()
        try (disk / name).give(to: server.ownerID)
        return url(below: name)
    }

    /// `-o key=value` for everything that makes the server trusted and the user known.
    var options: [String] {
        var values = extraOptions
        if let file = server.knownHostsFile { values.append("ssh.known_hosts=\(file)") }
        if let file = server.privateKeyFile, password == nil { values.append("auth.identity_files=\(file)") }
        if let file = server.caFile { values += ["tls.trust=ca-file", "tls.ca_file=\(file)"] }
        return values.flatMap { ["-o", $0] }
    }

    /// Runs a command with the options and the password of this site.
    func syncctl(_ arguments: [String], within limit: Duration = .seconds(120)) async throws -> CommandResult {
        try await workplace.syncctl(arguments + options, password: password, within: limit)
    }

    /// Starts a command with the options and the password of this site.
    func start(_ arguments: [String]) throws -> ChildProcess {
        try workplace.start(arguments + options, password: password)
    }
}
