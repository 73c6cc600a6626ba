import CLinux
import FileModel
import Glibc

/// What a program prints, for `password_command`.
struct CommandOutput {
    let bytes: [UInt8]

    private static let longest = 65_536

    /// Runs the program and waits for it; its messages go to our standard error.
    ///
    /// - Parameter words: program, searched in PATH, and arguments.
    /// - Throws: `.configuration` when it cannot be started, fails, or is not done in time. Never its output.
    init(_ words: [String], environment: [String: String], timeout: Duration) throws(StorageError) {
        var ends: [CInt] = [0, 0]
        guard remora_pipe_close_on_exec(&ends) == 0 else { throw Self.failure(words, String(cString: strerror(errno))) }
        let (input, output) = (ends[0], ends[1])
        defer { close(input) }
        let child: pid_t
        do throws(StorageError) {
            child = try Self.start(words, environment: environment, output: output)
            close(output)
        } catch {
            close(output)
            throw error
        }
        let deadline = ContinuousClock.now + timeout
        let (bytes, isInTime) = Self.read(input, until: deadline)
        if !isInTime { kill(child, SIGKILL) }
        let status = Self.wait(for: child)
        guard isInTime else { throw Self.failure(words, "it was not done after \(timeout.inUnits)") }
        guard status & 0x7F == 0 else { throw Self.failure(words, "signal \(status & 0x7F) ended it") }
        guard status >> 8 & 0xFF == 0 else { throw Self.failure(words, "it ended with status \(status >> 8 & 0xFF)") }
        self.bytes = bytes
    }

    private static func failure(_ words: [String], _ reason: String) -> StorageError {
        StorageError(.configuration, "password_command '\(words[0])' gave no password: \(reason)")
    }

    private static func start(
        _ words: [String], environment: [String: String], output: CInt
    ) throws(StorageError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, words[0], &actions, nil, &arguments, &variables)
        guard code == 0 else { throw failure(words, String(cString: strerror(code))) }
        return child
    }

    /// Everything up to the end of the output or the deadline.
    private static func read(_ descriptor: CInt, until deadline: ContinuousClock.Instant) -> ([UInt8], isInTime: Bool) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= longest {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return (bytes, false) }
            var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let milliseconds = CInt(
                clamping: left.components.seconds * 1000 + 1 + left.components.attoseconds / 1_000_000_000_000_000)
            guard poll(&interest, 1, milliseconds) > 0 else { continue }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return (bytes, true) }
            if count > 0 { bytes += buffer[..<count] }
            if count < 0, errno != EINTR { return (bytes, true) }
        }
        return (bytes, true)
    }

    private static func wait(for child: pid_t) -> CInt {
        var status: CInt = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
