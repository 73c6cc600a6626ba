import CLinux
public import FileModel
import Glibc
public import RemoteFileSystem

extension LocalFileSystem {
    public func attributes(of path: RemotePath) async throws(StorageError) -> FileAttributes {
        guard let name = path.name, let parent = path.parent else { return try rootAttributes() }
        let directory = try openDirectory(parent)
        guard let status = try status(of: name, in: directory, parent) else { throw .notFound(path) }
        return FileAttributes(status)
    }

    private func rootAttributes() throws(StorageError) -> FileAttributes {
        var status = stat()
        guard fstat(root.number, &status) == 0 else { throw StorageError(errno: errno, "examined", .root) }
        return FileAttributes(status)
    }

    public func list(
        _ path: RemotePath, receive: @Sendable ([DirectoryEntry]) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        let directory = try openDirectory(path)
        let names = try Self.names(in: directory.descriptor, path)
        var batch: [DirectoryEntry] = []
        for name in names {
            guard let status = try status(of: name, in: directory, path) else { continue }
            batch.append(DirectoryEntry(name: name, attributes: FileAttributes(status)))
            if batch.count == 1000 {
                try await receive(batch)
                batch.removeAll(keepingCapacity: true)
            }
        }
        if !batch.isEmpty { try await receive(batch) }
    }

    /// All names, or an error: half a listing would look like deletions.
    private static func names(in directory: Descriptor, _ path: RemotePath) throws(StorageError) -> [FileName] {
        let number = openat(directory.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0, let stream = fdopendir(number) else { throw StorageError(errno: errno, "listed", path) }
        defer { closedir(stream) }
        var names: [FileName] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw StorageError(errno: errno, "listed", path) }
                return names
            }
            if let name = name(of: entry) { names.append(name) }
        }
    }

    /// nil for `.` and `..`.
    private static func name(of entry: UnsafeMutablePointer<dirent>) -> FileName? {
        let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
        let start = UnsafeRawPointer(entry).advanced(by: offset)
        let count = strlen(start.assumingMemoryBound(to: CChar.self))
        return try? FileName(UnsafeRawBufferPointer(start: start, count: count))
    }

    public func createDirectory(_ path: RemotePath, permissions: UInt16?) async throws(StorageError) {
        try inParent(of: path) { directory, name throws(StorageError) in
            guard mkdirat(directory, name, mode_t(permissions ?? 0o777)) == 0 else {
                throw StorageError(errno: errno, "created", path)
            }
        }
    }

    public func removeDirectory(_ path: RemotePath) async throws(StorageError) {
        try remove(path, AT_REMOVEDIR)
    }

    public func removeFile(_ path: RemotePath) async throws(StorageError) { try remove(path, 0) }

    private func remove(_ path: RemotePath, _ flags: Int32) throws(StorageError) {
        try inParent(of: path) { directory, name throws(StorageError) in
            guard unlinkat(directory, name, flags) == 0 else { throw StorageError(errno: errno, "deleted", path) }
        }
    }

    public func rename(
        _ source: RemotePath, to target: RemotePath, mode: RenameMode
    ) async throws(StorageError) {
        if followsLinks, mode == .replace { try refuseLink(target) }
        try inParents(of: source, target) { oldDirectory, oldName, newDirectory, newName throws(StorageError) in
            guard Self.move(oldDirectory, oldName, newDirectory, newName, mode) else {
                throw StorageError(errno: errno, "renamed to \(target)", source)
            }
        }
    }

    /// A file would take the place of the link instead of what it leads to.
    private func refuseLink(_ path: RemotePath) throws(StorageError) {
        try inParent(of: path) { directory, name throws(StorageError) in
            var status = stat()
            if fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFLNK {
                throw StorageError(.unsupported, "\(path) is a link; what it leads to is not overwritten through it")
            }
        }
    }

    /// renameat2(2); a file system without RENAME_NOREPLACE gets a check first.
    private static func move(
        _ oldDirectory: Int32, _ oldName: UnsafePointer<CChar>, _ newDirectory: Int32,
        _ newName: UnsafePointer<CChar>, _ mode: RenameMode
    ) -> Bool {
        switch mode {
        case .replace: return renameat(oldDirectory, oldName, newDirectory, newName) == 0
        case .exchange: return remora_renameat2(oldDirectory, oldName, newDirectory, newName, 2) == 0
        case .keepExisting:
            if remora_renameat2(oldDirectory, oldName, newDirectory, newName, 1) == 0 { return true }
            guard errno == EINVAL || errno == ENOSYS else { return false }
            if faccessat(newDirectory, newName, F_OK, AT_SYMLINK_NOFOLLOW) == 0 {
                errno = EEXIST
                return false
            }
            return renameat(oldDirectory, oldName, newDirectory, newName) == 0
        }
    }
}
