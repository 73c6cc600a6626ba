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

/// A remote on a real server, with the pool that a test wants.
struct PoolSite: Sendable {
    let server: TestServer
    let remote: any RemoteFileSystem
    let snapshot: @Sendable () -> PoolSnapshot

    /// - Parameters:
    ///   - host: of a relay before the server.
    ///   - password: nil: the right one.
    init(
        _ server: TestServer, host: String? = nil, password: String? = nil,
        _ adjust: (inout PoolConfiguration) -> Void = { _ in }
    ) throws {
        self.server = server
        var configuration = PoolConfiguration(name: "\(server.kind)", maximumConnections: 8)
        adjust(&configuration)
        let endpoint = Endpoint(host: host ?? server.host, port: server.port)
        let password = Secret(password ?? server.password ?? "")
        if server.kind.isFTP {
            let settings = FTPSettings(
                endpoint: endpoint, credentials: FTPCredentials(user: server.user, password: password),
                security: .none)
            let files = FTPRemote(identity: "ftp", root: .absolute(.root), pool: configuration) {
                () throws(StorageError) in try await FTPConnection.connect(settings)
            }
            (remote, snapshot) = (files, { files.poolSnapshot })
        } else {
            var settings = SSHSettings(
                endpoint: endpoint, credentials: SSHCredentials(user: server.user, password: password))
            settings.credentials.methods = [.password]
            settings.hostKeys = .any
            let ssh = settings
            let root = RemoteFolder.absolute(try RemotePath(server.rootOnServer))
            let files = SFTPRemote(identity: "sftp", root: root, pool: configuration) {
                () throws(StorageError) in
                try await SFTPConnection.connect(over: try await .ssh(ssh, on: EventLoops.next()))
            }
            (remote, snapshot) = (files, { files.poolSnapshot })
        }
    }

    /// Lines of the server's log about one login each, good or not.
    var logins: Int {
        let log = server.log().split(whereSeparator: \.isNewline)
        return switch server.kind {
        case .proFTPD: log.count { $0.contains("\"PASS (hidden)\"") }
        case .vsftpd: log.count { $0.contains("OK LOGIN") || $0.contains("FAIL LOGIN") }
        default: log.count { $0.contains("Accepted password") || $0.contains("Failed password") }
        }
    }

    func write(_ name: String, _ text: String = "text") async throws {
        let writer = try await remote.openWriter(
            RemotePath(name), .truncate, permissions: nil, expectedSize: Int64(text.utf8.count))
        try await writer.write(ByteBuffer(string: text), at: 0)
        try await writer.close()
    }
}

/// The servers of the pool's tests.
enum PoolServer: String, Sendable, CaseIterable {
    case proFTPD, vsftpd, openSSH

    /// - Parameter idle: seconds after which the server ends a silent session.
    func start(idle: Int? = nil) async throws -> TestServer {
        switch self {
        case .proFTPD: try await .proFTPD(extra: idle.map { ["TimeoutIdle \($0)"] } ?? [])
        case .vsftpd: try await .vsftpd(extra: idle.map { ["idle_session_timeout=\($0)"] } ?? [])
        case .openSSH: try await .openSSH(extra: idle.map { ["ChannelTimeout *=\($0)s"] } ?? [])
        }
    }

    /// Runs a test on each, side by side: most of it is waiting.
    static func onAll(_ test: @escaping @Sendable (PoolServer) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for server in allCases { group.addTask { try await test(server) } }
            try await group.waitForAll()
        }
    }
}
