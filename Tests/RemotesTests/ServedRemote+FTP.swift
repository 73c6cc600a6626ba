import ConnectionPool
import FTP
import FileModel
import Remotes
import TLS
import TestServers
import Testing
import Transport

extension ServedRemote {
    @Sendable static func proFTPDPlain() async throws -> ServedRemote { try await ftp(.proFTPD()) }
    @Sendable static func proFTPDExplicit() async throws -> ServedRemote { try await ftp(.proFTPD(tls: .explicit)) }
    @Sendable static func proFTPDImplicit() async throws -> ServedRemote { try await ftp(.proFTPD(tls: .implicit)) }
    /// With mod_digest, which computes checksums.
    @Sendable static func proFTPDDigest() async throws -> ServedRemote {
        try await ftp(.proFTPD(extra: ["LoadModule mod_digest.c", "DigestEngine on"]))
    }
    @Sendable static func vsftpdPlain() async throws -> ServedRemote { try await ftp(.vsftpd()) }
    @Sendable static func vsftpdExplicit() async throws -> ServedRemote { try await ftp(.vsftpd(tls: .explicit)) }
    @Sendable static func pureFTPdPlain() async throws -> ServedRemote { try await ftp(.pureFTPd()) }
    @Sendable static func pureFTPdExplicit() async throws -> ServedRemote { try await ftp(.pureFTPd(tls: .explicit)) }

    @Sendable static func pyftpdlibPlain() async throws -> ServedRemote { try await ftp(.pyftpdlib()) }
    @Sendable static func pyftpdlibExplicit() async throws -> ServedRemote { try await ftp(.pyftpdlib(tls: .explicit)) }
    /// Without anything that was added to FTP since RFC 959.
    @Sendable static func pyftpdlibOldest() async throws -> ServedRemote { try await ftp(.pyftpdlib(.oldest)) }

    /// - Parameter codePage: nil takes names as they are.
    static func ftp(
        _ server: TestServer, codePage: CodePage? = nil,
        _ change: (inout FTPSettings, inout PoolConfiguration) -> Void = { _, _ in }
    ) async throws -> ServedRemote {
        let credentials = FTPCredentials(user: server.user, password: Secret(try #require(server.password)))
        var settings = FTPSettings(
            endpoint: Endpoint(host: server.host, port: server.port), credentials: credentials,
            security: try security(of: server))
        var pool = PoolConfiguration(name: "\(server.kind)", maximumConnections: 8)
        settings.prefersUTF8 = codePage == nil
        change(&settings, &pool)
        let used = settings
        let remote = FTPRemote(
            identity: "ftp://\(server.user)@\(server.host):\(server.port)", root: .absolute(.root),
            pool: pool, codePage: codePage
        ) { () throws(StorageError) in
            try await FTPConnection.connect(used)
        }
        return ServedRemote(remote: remote, server: server)
    }

    private static func security(of server: TestServer) throws -> FTPSecurity {
        guard let authority = server.caFile else { return .none }
        var settings = TLSSettings()
        settings.trust = .authorities(file: authority)
        return FTPSecurity(
            mode: server.tls == .implicit ? .implicit : .explicit, context: try TLSContext(settings))
    }
}
