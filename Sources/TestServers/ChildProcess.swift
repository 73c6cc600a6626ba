public import Glibc
import Synchronization

/// How a process ended.
public enum ExitStatus: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)

    init(waitStatus: CInt) {
        let signal = waitStatus & 0x7F
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xFF) : .signalled(signal)
    }
}

/// A program started by a test, in a process group of its own.
///
/// It is killed with this object, and also when the test process dies by any means: see `Guardian`.
public final class ChildProcess: Sendable {
    public let pid: pid_t
    /// The files that take its standard output and its standard errors.
    public let outputFile: String
    public let errorFile: String
    private let folder: TemporaryFolder
    private let guardian: Guardian
    private let status = Mutex<ExitStatus?>(nil)

    /// - Parameters:
    ///   - arguments: the program, found by PATH unless it holds a slash, and its arguments.
    ///   - environment: variables added to or replacing those of this process; nil removes one.
    ///   - input: a file for its standard input.
    ///   - errorFile: for its standard errors; nil chooses a temporary one.
    ///   - cleanUp: a shell command to run when the test process dies before this object does.
    public init(
        _ arguments: [String], environment: [String: String?] = [:], workingDirectory: String = ".",
        input: String = "/dev/null", errorFile: String? = nil, cleanUp: String = ""
    ) throws {
        folder = try TemporaryFolder()
        outputFile = folder("output")
        self.errorFile = errorFile ?? folder("errors")
        guardian = try Guardian()
        var request = SpawnRequest(
            arguments: guardian.wrap(
                arguments, workingDirectory: workingDirectory, input: input,
                cleanUp: "rm -rf '\(folder.path)'; \(cleanUp)"))
        request.environment = environment
        request.input = guardian.readEnd
        request.outputFile = outputFile
        request.errorFile = self.errorFile
        pid = try request.start()
        guardian.closeReadEnd()
    }

    deinit {
        if poll() == nil { kill() }
        guardian.dismiss()
    }

    /// What it printed so far.
    public var output: String { (try? LocalFiles.read(outputFile)) ?? "" }
    public var errors: String { (try? LocalFiles.read(errorFile)) ?? "" }

    /// The end of the process, if it has ended.
    public func poll() -> ExitStatus? {
        status.withLock { status in
            var raw: CInt = 0
            if status == nil, waitpid(pid, &raw, WNOHANG) == pid { status = ExitStatus(waitStatus: raw) }
            return status
        }
    }

    /// Waits for the end; nil when the process still runs after `limit`.
    public func wait(within limit: Duration) async -> ExitStatus? {
        await eventually(within: limit) { poll() != nil }
        return poll()
    }

    /// Sends a signal to the program alone. Harmless once it has ended.
    public func signal(_ number: CInt) {
        status.withLock { if $0 == nil { Glibc.kill(pid, number) } }
    }

    /// Sends a signal to the program and all of its descendants, also those that left its process group.
    public func signalTree(_ number: CInt) {
        status.withLock { status in
            guard status == nil else { return }
            for process in ProcessTree.descendants(of: pid) + [pid] { Glibc.kill(process, number) }
        }
    }

    /// Kills the program and all of its descendants, and waits until they are gone.
    public func kill() {
        status.withLock { status in
            guard status == nil else { return }
            let descendants = ProcessTree.descendants(of: pid)
            for process in descendants + [pid] { Glibc.kill(process, SIGKILL) }
            var raw: CInt = 0
            while waitpid(pid, &raw, 0) < 0 && errno == EINTR {}
            status = ExitStatus(waitStatus: raw)
            for process in descendants {
                for _ in 0..<10_000 where ProcessTree.isRunning(process) { usleep(500) }
            }
        }
    }
}

extension ChildProcess {
    /// Sends a signal to what the program's `depth`-th descendant started, but not to that one itself.
    func signalTree(_ number: CInt, below depth: Int) {
        status.withLock { status in
            guard status == nil else { return }
            var spared = [pid]
            for _ in 0..<depth { spared = spared.flatMap(ProcessTree.children) }
            for process in spared.flatMap(ProcessTree.descendants) { Glibc.kill(process, number) }
        }
    }
}
