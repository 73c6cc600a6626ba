import FaultInjection
import TestServers

/// A server with the line in front of it, and what a client has to know.
final class Site: Sendable {
    let line: Line
    let server: TestServer
    private let relay: FaultRelay?
    /// Files that clients log in with.
    let login: Login

    var host: String { relay?.host ?? server.host }
    var port: Int { server.port }
    var user: String { server.user }

    private init(line: Line, server: TestServer, relay: FaultRelay?, login: Login) {
        self.line = line
        self.server = server
        self.relay = relay
        self.login = login
    }

    /// Starts OpenSSH or ProFTPD and, for a slow line, the relay that delays each byte.
    ///
    /// - Parameter folder: for the login's files.
    static func open(_ line: Line, folder: String) async throws -> Site {
        let server = try await start(line.wire)
        let relay = try await line.isSlow ? delay(line, server) : nil
        let login = try await Login(server, host: relay?.host ?? server.host, wire: line.wire, folder: folder)
        return Site(line: line, server: server, relay: relay, login: login)
    }

    /// Both servers as their packages configure them, but for what a test needs, and for what would put chance or
    /// failures into the figures of peers: sshd would refuse some of many connections that come at once (rclone's
    /// and lftp's), and ProFTPD would demand TLS session reuse on data connections.
    private static func start(_ wire: WireProtocol) async throws -> TestServer {
        switch wire {
        case .sftp: try await .openSSH(extra: ["MaxStartups 100"])
        case .ftp: try await .proFTPD(passivePorts: dataPorts)
        case .ftps: try await .proFTPD(tls: .explicit, requireSessionReuse: false, passivePorts: dataPorts)
        }
    }

    private static let dataPorts = 300

    private static func delay(_ line: Line, _ server: TestServer) async throws -> FaultRelay {
        try await FaultRelay(
            to: server.port, dataPorts: line.wire == .sftp ? nil : server.passivePorts,
            latency: .roundTrip(.milliseconds(line.roundTrip)), delaysConnections: true)
    }

    /// A file of the server on this machine's disk.
    func onDisk(_ path: String) -> String { "\(server.root)/\(path)" }

    /// The same file as clients name it: an absolute path.
    func onServer(_ path: String) -> String {
        let root = server.rootOnServer == "/" ? "" : server.rootOnServer
        return path.isEmpty ? (root.isEmpty ? "/" : root) : "\(root)/\(path)"
    }

    /// Ends relay and server; the server's files go with it.
    func close() async throws {
        try await relay?.stop()
        server.stop()
    }
}
