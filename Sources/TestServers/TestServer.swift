import Glibc
import Synchronization

/// A real server of this machine, started for a test on a free port of 127.0.0.1 with a configuration of its own.
///
/// It ends with this object, with `stop()`, and with the test process. Its files lie in a temporary folder.
public final class TestServer: Sendable {
    public let kind: ServerKind
    public let host = "127.0.0.1"
    public let port: Int
    /// The folder on this machine's disk that the login sees.
    public let root: String
    /// `root` as the server names it to its clients.
    public let rootOnServer: String
    public let user: String
    /// nil: logins by password are off.
    public let password: String?
    /// A key that the server accepts (SFTP).
    public let privateKeyFile: String?
    /// A known_hosts file with this server's key (SFTP).
    public let knownHostsFile: String?
    /// The authority that signed the server's certificate (FTP over TLS).
    public let caFile: String?
    public let tls: ServerTLS
    /// Owner of what clients create.
    public let ownerID: UInt32
    /// Ports of passive data connections.
    public let passivePorts: ClosedRange<Int>

    private let site: ServerSite
    private let command: [String]
    private let process = Mutex<ChildProcess?>(nil)

    init(_ site: ServerSite, _ setup: ServerSetup) async throws {
        self.site = site
        kind = site.kind
        port = site.port
        root = site.root
        rootOnServer = setup.rootOnServer
        user = setup.user ?? site.account.name
        password = setup.password
        privateKeyFile = setup.privateKeyFile
        knownHostsFile = setup.knownHostsFile
        caFile = setup.caFile
        tls = setup.tls
        ownerID = site.account.uid
        passivePorts = site.passivePorts
        command = site.command(setup.command)
        try await start()
    }

    deinit { stop() }

    /// Starts a stopped server again, on the same port and with the same files.
    public func start() async throws {
        let started = try ChildProcess(command, errorFile: site.logFile, cleanUp: "rm -rf '\(site.folder.path)'")
        process.withLock { $0 = started }
        let answers = try await eventually(within: .seconds(20)) {
            if let status = started.poll() { throw ServerFailure(description: "\(kind) ended (\(status)): \(log())") }
            return isAnswering
        }
        guard answers else { throw ServerFailure(description: "\(kind) does not answer on port \(port): \(log())") }
        // The connection that proved it is gone before a test counts any.
        await eventually(within: .seconds(5)) { sessions() == 0 }
    }

    /// Ends the server and all of its sessions at once, with SIGKILL; the kernel resets their connections.
    public func stop() {
        process.withLock { $0.take() }?.kill()
    }

    /// Freezes the server and all of its sessions: connections stay open and silent.
    public func pause() {
        process.withLock { $0?.signalTree(SIGSTOP) }
    }

    public func resume() {
        process.withLock { $0?.signalTree(SIGCONT) }
    }

    /// Kills the sessions under way, while the server goes on and takes new ones.
    public func killSessions() {
        let depth = site.sandbox == nil ? 0 : Sandbox.depth
        process.withLock { process in
            switch kind {
            case .pyftpdlib where depth == 0: process?.signal(SIGUSR1)
            // One process for all sessions, which ends them at this signal.
            case .pyftpdlib: process?.signalTree(SIGUSR1, below: depth - 1)
            default: process?.signalTree(SIGKILL, below: depth)
            }
        }
    }

    /// Whether something accepts connections on the server's port.
    public var isAnswering: Bool { LoopbackSocket().connect(port) }

    /// Connections (FTP: control connections) open at this moment.
    public func sessions() -> Int { ConnectionTable.established(port: port) }

    /// All that the server printed and logged, in the order of its log files.
    public func log() -> String {
        let files =
            [site.logFile]
            + LocalFiles.names(in: site.folder.path).filter { $0.hasSuffix(".log") }.sorted()
            .map { site.folder($0) }
        return files.compactMap { try? LocalFiles.read($0) }.joined()
    }
}

/// What one kind of server adds to its site.
struct ServerSetup {
    var command: [String]
    var rootOnServer: String
    /// nil: the site's account.
    var user: String?
    var password: String?
    var privateKeyFile: String?
    var knownHostsFile: String?
    var caFile: String?
    var tls = ServerTLS.none
}
