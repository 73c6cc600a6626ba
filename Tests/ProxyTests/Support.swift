import ConnectionPool
import FTP
import FileModel
import NIOCore
import RemoteFileSystem
import Remotes
import SFTP
import SSH
import TLS
import TestServers
import Testing
import Transport

/// One upload, one listing, one download and one deletion.
func exercise(_ remote: any RemoteFileSystem) async throws {
    let path = try RemotePath("through the proxy.bin")
    let content = ByteBuffer(bytes: (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
    let writer = try await remote.openWriter(
        path, .truncate, permissions: nil, expectedSize: Int64(content.readableBytes))
    try await writer.write(content, at: 0)
    try await writer.close()
    let entries = try await remote.entries(of: .root)
    #expect(entries.contains { $0.name == path.name && $0.attributes.size == Int64(content.readableBytes) })
    let reader = try await remote.openReader(path)
    #expect(try await reader.read(at: 0, count: content.readableBytes) == content)
    await reader.close()
    try await remote.removeFile(path)
    await remote.shutdown()
}

extension FTPSettings {
    init(_ server: TestServer, through proxy: ProxySettings, host: String? = nil) throws {
        let endpoint = Endpoint(host: host ?? server.host, port: server.port)
        var security = FTPSecurity.none
        if let authority = server.caFile {
            var settings = TLSSettings()
            settings.trust = .authorities(file: authority)
            security = FTPSecurity(
                mode: server.tls == .implicit ? .implicit : .explicit, context: try TLSContext(settings))
            security.resumption = .require
        }
        self.init(
            endpoint: endpoint, credentials: FTPCredentials(user: server.user, password: Secret(server.password ?? "")),
            security: security)
        dialing.proxy = proxy
    }

    var remote: FTPRemote {
        let settings = self
        let pool = PoolConfiguration(name: "proxied", maximumConnections: 1)
        return FTPRemote(identity: "ftp://proxied", root: .absolute(.root), pool: pool) { () throws(StorageError) in
            try await FTPConnection.connect(settings)
        }
    }
}

func sftpRemote(_ server: TestServer, through proxy: ProxySettings) throws -> SFTPRemote {
    let credentials = SSHCredentials(user: server.user, identityFiles: [try #require(server.privateKeyFile)])
    var settings = SSHSettings(endpoint: Endpoint(host: server.host, port: server.port), credentials: credentials)
    settings.hostKeys = .knownHosts(files: [try #require(server.knownHostsFile)])
    settings.dial.proxy = proxy
    let ssh = settings
    return SFTPRemote(
        identity: "sftp://proxied", root: .absolute(try RemotePath(server.rootOnServer)),
        pool: PoolConfiguration(name: "proxied", maximumConnections: 1)
    ) { () throws(StorageError) in
        try await SFTPConnection.connect(over: try await .ssh(ssh, on: EventLoops.next()))
    }
}

/// The error of a plain connection to an endpoint through a proxy.
func refusal(
    _ endpoint: Endpoint, _ proxy: ProxySettings, within limit: Duration = .seconds(10)
) async throws -> StorageError {
    let dialer = Dialer(DialOptions(connectTimeout: limit, proxy: proxy))
    do throws(StorageError) {
        let channel = try await dialer.connect(to: endpoint, on: EventLoops.next()) {
            $0.setOption(.autoRead, value: false)
        }
        channel.close(promise: nil)
    } catch {
        return error
    }
    throw NotRefused()
}

struct NotRefused: Error {}
