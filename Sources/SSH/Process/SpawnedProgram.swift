import CLinux
import FileModel
import Glibc

/// A program that was just started, and our ends of its standard streams.
struct SpawnedProgram {
    let pid: pid_t
    /// A socket: what we write is its standard input, what we read its standard output.
    let streams: CInt
    /// A socket on which its standard errors arrive.
    let errors: CInt

    /// POSIX_SPAWN_SETSID of spawn.h, which Swift's Glibc module leaves out.
    private static let newSession: CInt = 0x80

    /// Starts a program, found by PATH unless its name holds a slash, with no other descriptor of ours.
    ///
    /// It leads a session of its own: a Ctrl-C on our terminal is not meant for it, and it has no terminal to ask
    /// questions on.
    /// - Throws: `.configuration` when the program cannot be started.
    static func start(_ arguments: [String]) throws(StorageError) -> SpawnedProgram {
        let streams = try SocketPair(arguments)
        let errors: SocketPair
        do throws(StorageError) {
            errors = try SocketPair(arguments)
        } catch {
            streams.close(both: true)
            throw error
        }
        defer {
            streams.close(both: false)
            errors.close(both: false)
        }
        var pid: pid_t = 0
        let code = spawn(arguments, &pid, streams: streams.theirs, errors: errors.theirs)
        guard code == 0 else {
            Glibc.close(streams.ours)
            Glibc.close(errors.ours)
            throw cannotRun(arguments, code)
        }
        return SpawnedProgram(pid: pid, streams: streams.ours, errors: errors.ours)
    }

    private static func spawn(_ arguments: [String], _ pid: inout pid_t, streams: CInt, errors: CInt) -> CInt {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, streams, 0)
        posix_spawn_file_actions_adddup2(&actions, streams, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        remora_spawn_close_from(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        resetSignals(&attributes)

        var argv = arguments.map { strdup($0) } + [nil]
        defer { for pointer in argv { free(pointer) } }
        return posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, environ)
    }

    /// Ignored signals (SIGPIPE) and masks would be inherited.
    private static func resetSignals(_ attributes: inout posix_spawnattr_t) {
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(newSession | CInt(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)))
    }

    static func cannotRun(_ arguments: [String], _ code: CInt) -> StorageError {
        let reason = code == ENOENT ? "there is no such program" : String(cString: strerror(code))
        return StorageError(.configuration, "cannot run '\(arguments.first ?? "")': \(reason)")
    }
}

/// Two connected sockets that no other program inherits.
private struct SocketPair {
    let ours: CInt
    let theirs: CInt

    init(_ arguments: [String]) throws(StorageError) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SpawnedProgram.cannotRun(arguments, errno) }
        (ours, theirs) = (ends[0], ends[1])
    }

    /// Closes the program's end, and ours as well if nothing came of it.
    func close(both: Bool) {
        Glibc.close(theirs)
        if both { Glibc.close(ours) }
    }
}
