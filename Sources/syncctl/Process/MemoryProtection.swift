import CLinux

/// Keeps passwords in this process's memory away from core files and from other processes of the same user.
enum MemoryProtection {
    /// Nobody but root may attach to this process, and its death leaves no core (prctl(2), PR_SET_DUMPABLE). Programs that
    /// it starts are not affected.
    static func apply() { remora_set_dumpable(0) }
}
