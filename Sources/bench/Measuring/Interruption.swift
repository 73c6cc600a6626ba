import CLinux
import Glibc
import Synchronization

/// Ctrl-C and SIGTERM end the command under measurement together with this program.
///
/// Servers, mounts and folders are looked after by the guardians of `ChildProcess`, which see the end of this
/// program whatever the cause.
enum Interruption {
    /// The process group under measurement; 0 is none.
    static let current = Atomic<pid_t>(0)

    static func prepare() {
        // Orphans of a measured command become our children, so that their CPU time can be counted.
        _ = remora_become_subreaper()
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                let group = Interruption.current.load(ordering: .relaxed)
                if group > 0 { kill(-group, SIGKILL) }
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }
}
