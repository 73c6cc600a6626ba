import Glibc
import Synchronization

/// Ends a child process when this process dies, whatever the cause.
///
/// A shell in a session of its own reads a socket whose other end only this process holds. The end of the stream
/// without a word means that we died: the shell kills the child's process group. (`PR_SET_PDEATHSIG` would fire
/// when the *thread* that spawned the child ends, and a task's thread can end at any time.)
final class Guardian: Sendable {
    let readEnd: CInt
    private let writeEnd: CInt
    private let isReadEndOpen = Mutex(true)

    init() throws {
        var ends: [CInt] = [-1, -1]
        // pipe2(2) is not offered to Swift, and no other spawn may inherit an end.
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError("socketpair", code: errno) }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        closeReadEnd()
        close(writeEnd)
    }

    /// A command line that starts the guardian and then becomes the program `arguments`, with the same pid.
    ///
    /// Its standard input must be `readEnd`; the program gets `input` instead.
    func wrap(
        _ arguments: [String], workingDirectory: String = ".", input: String = "/dev/null", cleanUp: String = ""
    ) -> [String] {
        ["/bin/sh", "-c", Self.script, "guardian", cleanUp, input, workingDirectory] + arguments
    }

    private static let script = """
        cleanup=$1 input=$2; cd "$3" || exit 127; shift 3
        exec 3<&0
        (setsid sh -c 'read word || { kill -s KILL -- "-$1"; eval "$2"; }' guardian $$ "$cleanup" <&3 3<&- >/dev/null 2>&1 &)
        exec "$@" <"$input" 3<&-
        """

    func closeReadEnd() {
        isReadEndOpen.withLock { isOpen in
            if isOpen { close(readEnd) }
            isOpen = false
        }
    }

    /// Tells the guardian that its work is done.
    func dismiss() {
        _ = "\n".withCString { send(writeEnd, $0, 1, CInt(MSG_NOSIGNAL)) }
    }
}
