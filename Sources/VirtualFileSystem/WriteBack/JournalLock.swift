import CLinux
import FileModel
import Glibc

/// Who has hold of a journal's folder: an open file description lock (fcntl(2), F_OFD_SETLK), which ends with the process
/// and, unlike flock(2), can be looked at without being taken.
final class JournalLock: Sendable {
    private let descriptor: CInt

    /// - Throws: `.busy` while somebody else has hold of the folder.
    init(folder: String) throws(StorageError) {
        let path = Self.path(folder)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(.failed, "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard remora_ofd_lock(descriptor, Int16(F_WRLCK)) == 0 else {
            close(descriptor)
            throw StorageError(.busy, "\(folder) is in use by another mount")
        }
    }

    deinit { close(descriptor) }

    func release() { _ = remora_ofd_lock(descriptor, Int16(F_UNLCK)) }

    static func isHeld(_ folder: String) -> Bool {
        let descriptor = open(path(folder), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return remora_ofd_is_locked(descriptor) == 1
    }

    private static func path(_ folder: String) -> String { folder + "/lock" }
}
