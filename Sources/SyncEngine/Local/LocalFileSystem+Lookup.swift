import CLinux
import FileModel
import Glibc

/// Links that were followed on the way to a directory could form a circle.
private struct Visited: Hashable {
    let device: UInt64
    let inode: UInt64
}

extension LocalFileSystem {
    /// A directory to look names up in, and what is needed to look at its links.
    struct OpenDirectory {
        let descriptor: Descriptor
        fileprivate var visited: [Visited] = []
    }

    /// - Throws: `.notDirectory` where a component is a link that must not be followed.
    func openDirectory(_ path: RemotePath) throws(StorageError) -> OpenDirectory {
        var current = OpenDirectory(descriptor: root)
        if followsLinks { current.visited = [try visited(current.descriptor, path)] }
        for name in path.components { current = try step(into: name, from: current, path) }
        return current
    }

    private func step(
        into name: FileName, from parent: OpenDirectory, _ path: RemotePath
    ) throws(StorageError) -> OpenDirectory {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let number = name.withCString { openat(parent.descriptor.number, $0, flags | O_NOFOLLOW) }
        if number >= 0 {
            var next = OpenDirectory(descriptor: Descriptor(number))
            if followsLinks { next.visited = parent.visited + [try visited(next.descriptor, path)] }
            return next
        }
        let reason = errno
        guard followsLinks, reason == ENOTDIR || reason == ELOOP, let target = follow(name, in: parent),
            target.status.st_mode & S_IFMT == S_IFDIR
        else { throw StorageError(errno: reason, "opened", path) }
        let followed = name.withCString { openat(parent.descriptor.number, $0, flags) }
        guard followed >= 0 else { throw StorageError(errno: errno, "opened", path) }
        var next = OpenDirectory(descriptor: Descriptor(followed))
        let mark = try visited(next.descriptor, path)
        guard !parent.visited.contains(mark), isInside(next.descriptor) else {
            throw StorageError(.notDirectory, "\(path) is a link that leads out of the folder or around in a circle")
        }
        next.visited = parent.visited + [mark]
        return next
    }

    private func visited(_ directory: Descriptor, _ path: RemotePath) throws(StorageError) -> Visited {
        var status = stat()
        guard fstat(directory.number, &status) == 0 else { throw StorageError(errno: errno, "examined", path) }
        return Visited(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// What a link leads to, if that lies inside the root and is no directory on the way here.
    func follow(_ name: FileName, in directory: OpenDirectory) -> (descriptor: Descriptor, status: stat)? {
        let number = name.withCString { remora_open_path(directory.descriptor.number, $0) }
        guard number >= 0 else { return nil }
        let target = Descriptor(number)
        var status = stat()
        guard fstat(number, &status) == 0, isInside(target) else { return nil }
        let mark = Visited(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        return directory.visited.contains(mark) ? nil : (target, status)
    }

    private func isInside(_ descriptor: Descriptor) -> Bool {
        guard let place = Self.place(of: descriptor) else { return false }
        if realRoot == [UInt8(ascii: "/")] { return true }
        return place.starts(with: realRoot) && place.count > realRoot.count
            && place[realRoot.count] == UInt8(ascii: "/")
    }

    /// Calls `body` with the directory that holds `path`, and the name in it.
    func inParent<Result>(
        of path: RemotePath, _ body: (Int32, UnsafePointer<CChar>) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        guard let name = path.name, let parent = path.parent else {
            throw StorageError(.busy, "the root of the synchronised folder cannot be changed")
        }
        let directory = try openDirectory(parent)
        let result: Swift.Result<Result, StorageError> = name.withCString { name in
            do throws(StorageError) {
                return .success(try body(directory.descriptor.number, name))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// As `inParent` for two paths; one directory is walked to once.
    func inParents<Result>(
        of first: RemotePath, _ second: RemotePath,
        _ body: (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        try inParent(of: first) { directory, name throws(StorageError) in
            guard first.parent == second.parent, let other = second.name else {
                return try inParent(of: second) { otherDirectory, other throws(StorageError) in
                    try body(directory, name, otherDirectory, other)
                }
            }
            let result: Swift.Result<Result, StorageError> = other.withCString { other in
                do throws(StorageError) {
                    return .success(try body(directory, name, directory, other))
                } catch {
                    return .failure(error)
                }
            }
            return try result.get()
        }
    }

    /// lstat(2), or stat(2) of a followed link; nil when the name is gone.
    func status(of name: FileName, in directory: OpenDirectory, _ path: RemotePath) throws(StorageError) -> stat? {
        var status = stat()
        let result = name.withCString { fstatat(directory.descriptor.number, $0, &status, AT_SYMLINK_NOFOLLOW) }
        guard result == 0 else {
            if errno == ENOENT { return nil }
            throw StorageError(errno: errno, "examined", path.appending(name))
        }
        if followsLinks, status.st_mode & S_IFMT == S_IFLNK, let target = follow(name, in: directory) {
            return target.status
        }
        return status
    }
}

extension FileAttributes {
    init(_ status: stat) {
        let type: FileType =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            default: .special
            }
        self.init(type: type, size: type == .directory ? 0 : Int64(status.st_size))
        modified = ModificationTime(Self.bounded(status.st_mtim), resolution: .nanosecond, source: .local)
        permissions = UInt16(status.st_mode & 0o7777)
        owner = status.st_uid
        group = status.st_gid
        linkCount = UInt32(truncatingIfNeeded: status.st_nlink)
        uniqueID = String(status.st_ino)
    }

    /// A file system may hold any 64-bit time; beyond some ten thousand years differences would overflow.
    private static func bounded(_ time: timespec) -> Timestamp {
        let limit = 1 << 40
        let seconds = Int64(min(max(Int(time.tv_sec), -limit), limit))
        return Timestamp(seconds: seconds, nanoseconds: Int32(min(max(Int(time.tv_nsec), 0), 999_999_999)))
    }
}
