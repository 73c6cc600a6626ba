import FaultInjection
import Glibc
import Synchronization
import TestServers
import Testing

/// The servers that mounts are tested on, as a user would call them.
enum Site: String, Sendable, CaseIterable {
    case sftp, ftp, ftpes

    func startServer() async throws -> TestServer {
        switch self {
        case .sftp: try await .openSSH()
        case .ftp: try await .proFTPD()
        case .ftpes: try await .proFTPD(tls: .explicit)
        }
    }
}

/// The folder of a real server, mounted by the built program. Whatever hangs is ended by a watchdog.
final class ServerMount: Sendable {
    let site: Site
    let server: TestServer
    /// Before the server, when asked for.
    let relay: FaultRelay?
    /// Everything that the program keeps.
    let state: TemporaryFolder
    /// Where it is mounted.
    let path: String
    private let options: [String]
    private let process = Mutex<ChildProcess?>(nil)

    init(
        _ site: Site, server: TestServer? = nil, relayed: Bool = false, options: [String] = [], mounts: Bool = true
    ) async throws {
        self.site = site
        let server = if let server { server } else { try await site.startServer() }
        self.server = server
        relay =
            relayed
            ? try await FaultRelay(to: server.port, dataPorts: site == .sftp ? nil : server.passivePorts) : nil
        state = try TemporaryFolder()
        path = state("mount")
        try check(mkdir(path, 0o755))
        var options = options
        if let file = server.knownHostsFile { options.append("ssh.known_hosts=\(file)") }
        if let file = server.caFile { options += ["tls.trust=ca-file", "tls.ca_file=\(file)"] }
        if server.password == nil, let file = server.privateKeyFile { options.append("auth.identity_files=\(file)") }
        self.options = options
        if mounts { try await mount() }
    }

    deinit { kill() }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// The same file on the server's own disk.
    func disk(_ name: String) -> String { "\(server.root)/\(name)" }

    var url: String {
        let root = server.rootOnServer == "/" ? "" : server.rootOnServer
        return "\(site.rawValue)://\(server.user)@\(relay?.host ?? server.host):\(server.port)\(root)/"
    }

    private var words: [String] { options.flatMap { ["-o", $0] } + ["--state", state("state")] }

    private var variables: [String: String?] {
        [
            "HOME": state.path, "SYNCCTL_PASSWORD": server.password, "XDG_RUNTIME_DIR": nil, "SYNCCTL_CONFIG": nil,
            "XDG_CONFIG_HOME": state("config"), "NO_COLOR": "1", "SSH_AUTH_SOCK": nil,
        ]
    }

    /// What the program says in the foreground.
    var errors: String { process.withLock { $0?.errors } ?? "" }

    var hasEnded: Bool { process.withLock { $0?.poll() != nil } }

    func mount(_ more: [String] = [], environment: [String: String?] = [:]) async throws {
        let started = try ChildProcess(
            [Programs.syncctl, "mount", url, path, "--foreground"] + words + more,
            environment: variables.merging(environment) { $1 },
            cleanUp: "fusermount3 -u -z '\(path)'")
        process.withLock { $0 = started }
        let folder = path
        let isMounted = await eventually(within: .seconds(30)) {
            started.poll() != nil || MountPoints.type(of: folder) != nil
        }
        guard isMounted, started.poll() == nil else {
            throw ProgramFailure(description: "no mount: \(started.errors)")
        }
    }

    /// Runs another command of the program with the options of this mount.
    func syncctl(
        _ arguments: [String], withOptions: Bool = false, within limit: Duration = .seconds(60)
    ) async throws -> CommandResult {
        try await run(
            [Programs.syncctl] + arguments + (withOptions ? words : ["--state", state("state")]),
            environment: variables, within: limit)
    }

    /// Runs system calls on the mount; a call that takes longer than `limit` is ended by ending the mount.
    @discardableResult
    func work<Value: Sendable>(
        within limit: Int = 90, _ body: @Sendable @escaping () throws -> Value
    ) async throws -> Value {
        let watchdog = Watchdog(after: limit) { [weak self] in
            Issue.record("a call on the mount took more than \(limit) s")
            self?.kill()
        }
        defer { watchdog.stop() }
        return try await blocking(body)
    }

    /// Sends SIGTERM and waits.
    func terminate(within limit: Duration = .seconds(60)) async -> TestServers.ExitStatus? {
        let running = process.withLock { $0 }
        running?.signal(SIGTERM)
        return await running?.wait(within: limit)
    }

    /// Unmounts by fusermount3(1) and waits for the program.
    func unmount(within limit: Duration = .seconds(60)) async throws -> TestServers.ExitStatus? {
        let result = try await run(["fusermount3", "-u", path])
        #expect(result.succeeded, "\(result.errors)")
        return await process.withLock { $0 }?.wait(within: limit)
    }

    /// SIGKILL for the program, and for the mount.
    func kill(detaching: Bool = true) {
        process.withLock { $0 }?.kill()
        if detaching { umount2(path, CInt(MNT_DETACH)) }
    }
}

enum Programs {
    /// Beside the test bundle.
    static let syncctl: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let bundle = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/syncctl"
    }()
}

struct ProgramFailure: Error, CustomStringConvertible {
    let description: String
}

/// The kernel's table of mounts, which never blocks.
enum MountPoints {
    /// The type of the topmost mount on a folder; nil when nothing is mounted there.
    static func type(of folder: String) -> String? {
        guard let file = fopen("/proc/self/mounts", "re") else { return nil }
        defer { fclose(file) }
        var found: String?
        var line = [CChar](repeating: 0, count: 8192)
        while fgets(&line, CInt(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let fields = text.split(separator: " ")
            if fields.count > 2, fields[1] == folder { found = String(fields[2]) }
        }
        return found
    }
}
