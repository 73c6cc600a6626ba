import CLinux
import FileModel
import Glibc

/// One run per definition: an flock(2) that the kernel drops when the process dies.
final class RunLock: Sendable {
    private let descriptor: Descriptor

    /// - Throws: `.busy` while another run holds the lock.
    init(_ path: String) throws(StorageError) {
        let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            throw StorageError(
                .permissionDenied, "the lock \(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        descriptor = Descriptor(number)
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            throw StorageError(.busy, "another run of this synchronisation is under way")
        }
    }
}
