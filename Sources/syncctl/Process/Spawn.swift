import CLinux
import FileModel
import Foundation
import Glibc

/// Starts programs (posix_spawn(3)); this one never forks.
struct Spawn {
    /// Program, searched in PATH unless it has a slash, and arguments.
    var words: [String]
    /// What the child's descriptors are in this process; those not named are /dev/null (0) or ours (1, 2).
    var descriptors: [CInt: CInt] = [:]
    /// Away from our terminal and its signals.
    var isNewSession = false

    /// - Returns: the child, to be waited for.
    func start() throws(StorageError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if descriptors[0] == nil { posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) }
        for (child, own) in descriptors.sorted(by: { $0.key < $1.key }) {
            posix_spawn_file_actions_adddup2(&actions, own, child)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        Self.resetSignals(&attributes, isNewSession: isNewSession)

        var arguments = words.map { strdup($0) } + [nil]
        var variables = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, words[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else {
            throw StorageError(.failed, "\(words[0]) cannot be started: \(String(cString: strerror(code)))")
        }
        return child
    }

    /// All signals at their default action and none blocked.
    private static func resetSignals(_ attributes: inout posix_spawnattr_t, isNewSession: Bool) {
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        let newSession: Int32 = isNewSession ? 0x80 : 0  // POSIX_SPAWN_SETSID is not visible to Swift
        posix_spawnattr_setflags(
            &attributes, Int16(Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK) | newSession))
    }

    /// The exit code; 128 + the signal for a killed child, as shells count.
    static func wait(for child: pid_t) -> Int32 {
        var status: CInt = 0
        while waitpid(child, &status, 0) < 0 {
            if errno != EINTR { return 127 }
        }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }

    /// Both ends of a pipe, closed in every program that is started.
    static func pipe() throws(StorageError) -> (input: CInt, output: CInt) {
        var ends: [CInt] = [0, 0]
        guard remora_pipe_close_on_exec(&ends) == 0 else {
            throw StorageError(.failed, "no pipe can be made: \(String(cString: strerror(errno)))")
        }
        return (ends[0], ends[1])
    }
}
