import CLinux
import FoundationEssentials
import Glibc

/// What posix_spawn(3) is asked for.
struct SpawnRequest {
    var arguments: [String]
    var environment: [String: String?] = [:]
    /// A descriptor that becomes the standard input.
    var input: CInt = -1
    var outputFile = "/dev/null"
    var errorFile = "/dev/null"

    init(arguments: [String]) { self.arguments = arguments }

    /// Starts the program as the leader of a new process group.
    func start() throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let create = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, create, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errorFile, create, 0o644)
        // NIO's sockets would be inherited, and a port that is closed here would still be open there.
        remora_spawn_close_from(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        Self.setDefaultSignals(&attributes)
        return try spawn(&actions, &attributes)
    }

    private static func setDefaultSignals(_ attributes: inout posix_spawnattr_t) {
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    private func spawn(
        _ actions: inout posix_spawn_file_actions_t, _ attributes: inout posix_spawnattr_t
    ) throws -> pid_t {
        var variables = ProcessInfo.processInfo.environment
        for (name, value) in environment { variables[name] = value }
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw SystemError(arguments[0], code: code) }
        return pid
    }
}
