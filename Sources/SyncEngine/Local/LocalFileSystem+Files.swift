public import FileModel
import Glibc
import NIOCore
public import RemoteFileSystem

extension LocalFileSystem {
    public func openReader(_ path: RemotePath) async throws(StorageError) -> any RemoteReader {
        let descriptor = try open(path, O_RDONLY)
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw StorageError(errno: errno, "examined", path) }
        return LocalReader(path: path, descriptor: descriptor, attributes: FileAttributes(status))
    }

    public func openWriter(
        _ path: RemotePath, _ disposition: WriteDisposition, permissions: UInt16?, expectedSize: Int64?
    ) async throws(StorageError) -> any RemoteWriter {
        let flags: Int32 =
            switch disposition {
            case .truncate: O_CREAT | O_TRUNC
            case .createNew: O_CREAT | O_EXCL
            case .update, .resume: 0
            }
        return LocalWriter(path: path, descriptor: try open(path, O_WRONLY | flags, permissions ?? 0o666))
    }

    /// Opens a regular file; O_NONBLOCK keeps a pipe in its place from blocking us (open(2)).
    private func open(
        _ path: RemotePath, _ flags: Int32, _ permissions: UInt16 = 0
    ) throws(StorageError) -> Descriptor {
        let nofollow = followsLinks && flags & O_ACCMODE == O_RDONLY ? 0 : O_NOFOLLOW
        let descriptor = try inParent(of: path) { directory, name throws(StorageError) in
            let number = openat(directory, name, flags | nofollow | O_CLOEXEC | O_NONBLOCK, mode_t(permissions))
            guard number >= 0 else { throw StorageError(errno: errno, "opened", path) }
            return Descriptor(number)
        }
        var status = stat()
        guard fstat(descriptor.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw StorageError(.isDirectory, "\(path) is not a regular file")
        }
        return descriptor
    }

    public func setAttributes(_ path: RemotePath, _ changes: AttributeChanges) async throws(StorageError) {
        if changes.size != nil || changes.permissions != nil {
            let descriptor = try open(path, changes.size == nil ? O_RDONLY : O_WRONLY)
            try changes.apply(to: descriptor, path)
        }
        guard changes.modified != nil || changes.accessed != nil else { return }
        let times = [timespec(changes.accessed), timespec(changes.modified)]
        try inParent(of: path) { directory, name throws(StorageError) in
            guard utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw StorageError(errno: errno, "given its time", path)
            }
        }
    }

    public func readLink(_ path: RemotePath) async throws(StorageError) -> [UInt8] {
        try inParent(of: path) { directory, name throws(StorageError) in
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlinkat(directory, name, &buffer, buffer.count)
            guard count >= 0 else { throw StorageError(errno: errno, "read as a link", path) }
            return buffer[..<count].map { UInt8(bitPattern: $0) }
        }
    }

    public func createSymbolicLink(_ path: RemotePath, target: [UInt8]) async throws(StorageError) {
        guard !target.contains(0) else { throw StorageError(.invalidName, "the target of \(path) holds a NUL byte") }
        let target = target.map { CChar(bitPattern: $0) } + [0]
        try inParent(of: path) { directory, name throws(StorageError) in
            guard symlinkat(target, directory, name) == 0 else { throw StorageError(errno: errno, "created", path) }
        }
    }

    public func createHardLink(_ path: RemotePath, to existing: RemotePath) async throws(StorageError) {
        try inParent(of: existing) { oldDirectory, oldName throws(StorageError) in
            try inParent(of: path) { newDirectory, newName throws(StorageError) in
                guard linkat(oldDirectory, oldName, newDirectory, newName, 0) == 0 else {
                    throw StorageError(errno: errno, "linked to \(path)", existing)
                }
            }
        }
    }

    public func statistics(_ path: RemotePath) async throws(StorageError) -> FileSystemStatistics {
        var result = statvfs()
        guard fstatvfs(root.number, &result) == 0 else { throw StorageError(errno: errno, "measured", path) }
        return FileSystemStatistics(
            blockSize: UInt64(result.f_frsize), totalBlocks: UInt64(result.f_blocks),
            freeBlocks: UInt64(result.f_bfree), availableBlocks: UInt64(result.f_bavail),
            totalFiles: UInt64(result.f_files), freeFiles: UInt64(result.f_ffree),
            maximumNameLength: UInt64(result.f_namemax))
    }
}

extension AttributeChanges {
    func apply(to descriptor: Descriptor, _ path: RemotePath) throws(StorageError) {
        if let size, ftruncate(descriptor.number, off_t(size)) != 0 {
            throw StorageError(errno: errno, "resized", path)
        }
        if let permissions, fchmod(descriptor.number, mode_t(permissions)) != 0 {
            throw StorageError(errno: errno, "given its permissions", path)
        }
    }
}

extension timespec {
    /// UTIME_OMIT for nil (utimensat(2)).
    init(_ time: Timestamp?) {
        self.init()
        tv_sec = time.map { Int($0.seconds) } ?? 0
        tv_nsec = time.map { Int($0.nanoseconds) } ?? (1 << 30) - 2
    }
}
