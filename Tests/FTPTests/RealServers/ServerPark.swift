import Testing
import FTP
import FileModel
import Glibc
import TLS
import TestServers
import Transport

/// Tests on real servers, one at a time: the machine may have two cores, and the servers fork for each session.
@Suite(.serialized) enum RealServers {}

/// A server configuration that the same tests run against.
enum ServerCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case proFTPD, proFTPDExplicit, proFTPDImplicit, vsftpd, vsftpdExplicit, pureFTPd, pureFTPdExplicit
    case pyftpdlib, pyftpdlibExplicit

    var testDescription: String { rawValue }

    var kind: ServerKind {
        switch self {
        case .proFTPD, .proFTPDExplicit, .proFTPDImplicit: .proFTPD
        case .vsftpd, .vsftpdExplicit: .vsftpd
        case .pureFTPd, .pureFTPdExplicit: .pureFTPd
        case .pyftpdlib, .pyftpdlibExplicit: .pyftpdlib
        }
    }

    var mode: FTPSecurityMode {
        switch self {
        case .proFTPD, .vsftpd, .pureFTPd, .pyftpdlib: .never
        case .proFTPDImplicit: .implicit
        case .proFTPDExplicit, .vsftpdExplicit, .pureFTPdExplicit, .pyftpdlibExplicit: .explicit
        }
    }

    /// All of them that resume TLS sessions on data connections, and insist on it.
    static let resuming: [ServerCase] = [.proFTPDExplicit, .proFTPDImplicit, .vsftpdExplicit]
    /// One of each program, in clear.
    static let plain: [ServerCase] = [.proFTPD, .vsftpd, .pureFTPd, .pyftpdlib]

    func start() async throws -> TestServer {
        let tls: ServerTLS =
            switch mode {
            case .implicit: .implicit
            case .explicit: .explicit
            default: .none
            }
        return switch kind {
        case .vsftpd: try await .vsftpd(tls: tls)
        case .pureFTPd: try await .pureFTPd(tls: tls)
        case .pyftpdlib: try await .pyftpdlib(tls: tls)
        default: try await .proFTPD(tls: tls)
        }
    }
}

/// One server of each configuration for all tests of the process; tests keep to folders of their own.
actor ServerPark {
    static let shared = ServerPark()
    private var servers: [ServerCase: Task<TestServer, any Error>] = [:]

    func server(_ wanted: ServerCase) async throws -> TestServer {
        if let running = servers[wanted] { return try await running.value }
        let starting = Task { try await wanted.start() }
        servers[wanted] = starting
        return try await starting.value
    }
}

/// A folder of its own on a shared server, on the disk and as clients see it.
struct ServerFolder {
    let server: TestServer
    let settings: FTPSettings
    let path: RemotePath
    let disk: String

    init(_ kind: ServerCase, _ name: String = #function) async throws {
        server = try await ServerPark.shared.server(kind)
        settings = try ServerFolder.settings(server, kind.mode)
        let folder = name.filter { $0.isLetter } + String(UInt32.random(in: 0...UInt32.max), radix: 36)
        path = try RemotePath(folder)
        disk = server.root + "/" + folder
        mkdir(disk, 0o777)
        chown(disk, server.ownerID, server.ownerID)
    }

    /// - Parameter adjust: what else differs from TLS as it is by default.
    static func settings(
        _ server: TestServer, _ mode: FTPSecurityMode, versions: ClosedRange<TLSVersion> = .tls12 ... .tls13,
        adjust: (inout TLSSettings) -> Void = { _ in }
    ) throws -> FTPSettings {
        var tls = TLSSettings()
        if let file = server.caFile { tls.trust = .authorities(file: file) }
        tls.minimumVersion = versions.lowerBound
        tls.maximumVersion = versions.upperBound
        adjust(&tls)
        let security = FTPSecurity(mode: mode, context: mode == .never ? nil : try TLSContext(tls))
        return FTPSettings(
            endpoint: Endpoint(host: server.host, port: server.port),
            credentials: FTPCredentials(user: server.user, password: Secret(server.password ?? "")),
            security: security)
    }

    static func settings(
        _ server: TestServer, _ mode: FTPSecurityMode, speaking version: TLSVersion,
        adjust: (inout TLSSettings) -> Void = { _ in }
    ) throws -> FTPSettings {
        try settings(server, mode, versions: version...version, adjust: adjust)
    }

    /// The settings of this folder, in one version of TLS.
    func settings(speaking version: TLSVersion) throws -> FTPSettings {
        try Self.settings(server, settings.security.mode, speaking: version)
    }

    func connect() async throws -> FTPConnection { try await FTPConnection.connect(settings) }

    func file(_ name: String) throws -> RemotePath { path.appending(try FileName(name)) }
    func file(_ name: [UInt8]) throws -> RemotePath { path.appending(try FileName(name)) }

    /// Puts a file on the server's disk.
    /// A session may replace an empty folder by its own (rename(2)) while we look it up: then it is looked up again.
    func put(_ name: String, _ content: [UInt8]) {
        var opened = fopen(disk + "/" + name, "w")
        for _ in 1...5 where opened == nil { opened = fopen(disk + "/" + name, "w") }
        guard let file = opened else {
            Issue.record("\(name) cannot be written on the server's disk: \(String(cString: strerror(errno)))")
            return
        }
        fwrite(content, 1, content.count, file)
        fclose(file)
        chown(disk + "/" + name, server.ownerID, server.ownerID)
    }

    func content(_ name: String) -> [UInt8]? {
        guard let file = fopen(disk + "/" + name, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes
    }
}

enum TLSVersionCase: CaseIterable { case tls12, tls13 }

extension ServerFolder {
    /// The same folder, spoken to in one TLS version, with every data connection resuming the session.
    func requiringResumption(_ version: TLSVersionCase) throws -> ServerFolder {
        var tls = TLSSettings()
        if let file = server.caFile { tls.trust = .authorities(file: file) }
        tls.minimumVersion = version == .tls12 ? .tls12 : .tls13
        tls.maximumVersion = tls.minimumVersion
        var settings = settings
        settings.security.context = try TLSContext(tls)
        settings.security.resumption = .require
        return ServerFolder(server: server, settings: settings, path: path, disk: disk)
    }

    /// With nothing known of the server.
    func withFreshMemory() throws -> ServerFolder {
        var settings = settings
        settings.memory = ServerMemory()
        return ServerFolder(server: server, settings: settings, path: path, disk: disk)
    }

    /// The same folder, spoken to with other settings.
    func with(_ change: (inout FTPSettings) -> Void) -> ServerFolder {
        var settings = settings
        change(&settings)
        return ServerFolder(server: server, settings: settings, path: path, disk: disk)
    }

    private init(server: TestServer, settings: FTPSettings, path: RemotePath, disk: String) {
        self.server = server
        self.settings = settings
        self.path = path
        self.disk = disk
    }
}
