import FileModel
import Glibc

/// The folder that a volume is mounted on, as the system sees it.
struct MountPoint: Sendable {
    let path: String

    /// Cleans up what a dead mount left and makes sure that the folder can be mounted on.
    ///
    /// - Throws: `.configuration` with the remedy.
    func prepare(allowNonEmpty: Bool) throws(StorageError) {
        guard path.hasPrefix("/") else { throw problem("is not an absolute path") }
        var status = stat()
        var isThere = stat(path, &status) == 0
        if !isThere, errno == ENOTCONN {
            detach()
            isThere = stat(path, &status) == 0
        }
        guard isThere else {
            throw problem(errno == ENOENT ? "does not exist; create it first" : String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw problem("is not a folder") }
        if !allowNonEmpty, try !isEmpty() {
            throw problem("is not empty; choose an empty folder, or allow it with the option nonempty")
        }
    }

    private func problem(_ text: String) -> StorageError {
        StorageError(.configuration, "the mount point \(path) \(text)")
    }

    private func isEmpty() throws(StorageError) -> Bool {
        guard let directory = opendir(path) else { throw problem(String(cString: strerror(errno))) }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { return false }
        }
        return true
    }

    /// Takes the mount off if nobody uses it. Blocks.
    ///
    /// - Returns: false when it is busy.
    func unmount() -> Bool {
        if umount2(path, 0) == 0 { return true }
        if errno == EINVAL || errno == ENOENT { return true }
        return errno == EPERM && runUnmounter(["-u", path])
    }

    /// Takes the mount off the tree at once; who uses it keeps what is open.
    func detach() {
        if umount2(path, CInt(MNT_DETACH)) == 0 { return }
        if errno == EPERM { _ = runUnmounter(["-u", "-z", path]) }
    }

    /// fusermount3(1) unmounts for users that may not.
    private func runUnmounter(_ arguments: [String]) -> Bool {
        var argv: [UnsafeMutablePointer<CChar>?] = (["fusermount3", "-q"] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid = pid_t()
        guard posix_spawnp(&pid, "fusermount3", nil, nil, &argv, environ) == 0 else { return false }
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status == 0
    }

    /// Raises the kernel's read-ahead for the mount, where the process may (sysfs, class/bdi).
    ///
    /// - Parameter size: in KiB.
    func raiseReadAhead(to size: Int) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        let device = status.st_dev
        let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
        let minor = device & 0xFF | (device >> 12) & ~0xFF
        let setting = open("/sys/class/bdi/\(major):\(minor)/read_ahead_kb", O_WRONLY | O_CLOEXEC)
        guard setting >= 0 else { return }
        let text = "\(size)"
        _ = write(setting, text, text.utf8.count)
        close(setting)
    }

    /// Whether the mount answers. Blocks until it does.
    func answers() -> Bool {
        var status = stat()
        return stat(path, &status) == 0
    }
}
