import CLinux
import FoundationEssentials
import Glibc

/// A command under measurement: a process group of its own, waited for with its resource usage.
struct Spawn: ~Copyable {
    let pid: pid_t
    private let descriptor: CInt

    /// - Parameters:
    ///   - outputFile: takes its standard output.
    ///   - errorFile: takes its standard errors.
    init(_ command: CommandLine, outputFile: String, errorFile: String) throws(TrialFailure) {
        pid = try Self.start(command, outputFile, errorFile)
        descriptor = remora_pidfd_open(pid)
        Interruption.current.store(pid, ordering: .relaxed)
    }

    deinit {
        Interruption.current.store(0, ordering: .relaxed)
        close(descriptor)
    }

    /// Waits for the end, not longer than `limit`.
    func hasEnded(within limit: Duration) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, CInt(min(limit.seconds * 1000 + 1, 1e9))) == 1
    }

    func kill() {
        for process in ProcessTable.tree(of: pid) { Glibc.kill(process, SIGKILL) }
        Glibc.kill(-pid, SIGKILL)
    }

    /// Collects an ended command and what is left of its group.
    ///
    /// - Returns: the status as waitpid(2) has it, and CPU seconds.
    func collect() -> (status: CInt, cpu: Double) {
        var status: CInt = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
        return (status, usage.seconds + collectOrphans())
    }

    /// A program may leave helpers behind that end a moment later (lftp's and unison's ssh); they are its cost too.
    private func collectOrphans() -> Double {
        var cpu = 0.0
        let deadline = ContinuousClock.now + .seconds(1)
        while ContinuousClock.now < deadline {
            var usage = rusage()
            let found = wait4(-pid, nil, WNOHANG, &usage)
            if found > 0 { cpu += usage.seconds } else if found < 0 { break } else { usleep(2000) }
        }
        Glibc.kill(-pid, SIGKILL)
        return cpu
    }

    private static func start(
        _ command: CommandLine, _ outputFile: String, _ errorFile: String
    ) throws(TrialFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errorFile, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))

        let variables = ProcessInfo.processInfo.environment.merging(command.environment) { $1 }
        var argv = command.arguments.map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, command.arguments[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw .wrong("\(command.arguments[0]): \(String(cString: strerror(code)))") }
        return pid
    }
}

extension rusage {
    fileprivate var seconds: Double { ru_utime.seconds + ru_stime.seconds }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
