import FileModel
import Glibc
import NIOCore

extension Spool {
    /// A file that is there already, to be read.
    convenience init(existing path: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            throw StorageError(.failed, "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        self.init(descriptor: descriptor, length: Int64(status.st_size))
    }

    /// Bytes it takes on the disk.
    var allocated: Int64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int64(status.st_blocks) * 512 : size
    }

    /// Gives the content a name, on stable storage. Without a copy where both are on one file system.
    func persist(as path: String) throws(StorageError) {
        guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else { throw Self.writeFailed(errno) }
        isShared.store(true, ordering: .relaxed)
        // linkat(2): how a file of O_TMPFILE gets a name without CAP_DAC_READ_SEARCH.
        if linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 { return }
        try copy(to: path, permissions: 0o600)
    }

    /// - Throws: `.alreadyExists`; a copy that could not be made whole is removed.
    func copy(to path: String, permissions: mode_t) throws(StorageError) {
        let target = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
        guard target >= 0 else {
            throw StorageError(
                errno == EEXIST ? .alreadyExists : .failed,
                "\(path) cannot be made: \(String(cString: strerror(errno)))")
        }
        defer { close(target) }
        do throws(StorageError) {
            try copyAll(into: target)
            guard fsync(target) == 0 else { throw Self.writeFailed(errno) }
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Takes over a content, which is shared with it where the file system can (ioctl_ficlone(2)).
    func fill(from other: Spool) throws(StorageError) {
        try truncate(to: other.size)
        try other.copyAll(into: descriptor)
    }

    /// Gaps stay gaps.
    private func copyAll(into target: CInt) throws(StorageError) {
        guard ftruncate(target, off_t(size)) == 0 else { throw Self.writeFailed(errno) }
        var position: Int64 = 0
        while position < size {
            let bytes = try read(at: position, count: 1 << 20)
            let isGap = bytes.readableBytesView.allSatisfy { $0 == 0 }
            let written =
                isGap
                ? bytes.readableBytes
                : bytes.withUnsafeReadableBytes { pwrite(target, $0.baseAddress, $0.count, off_t(position)) }
            guard written > 0 else { throw Self.writeFailed(errno) }
            position += Int64(written)
        }
    }
}
