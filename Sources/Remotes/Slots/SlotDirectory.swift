import ConnectionPool
import FileModel
import Glibc

/// The files behind `SlotFiles`: one directory per server, `slot-0` … `slot-N` and a `member-…` per holder.
///
/// Held locked (shared) while in use, which is how tmpfiles.d(5) is kept from removing the files as outdated.
struct SlotDirectory {
    /// Nanoseconds on the clock that all processes of the machine share (CLOCK_MONOTONIC).
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    let path: String
    private let parent: String
    private var folder: LockedFile

    init(_ parent: String, identity: String) throws(StorageError) {
        self.parent = parent
        path = parent + "/" + Self.folderName(identity)
        folder = try Self.open(parent, path)
    }

    /// The readable part is for people; the hash keeps servers apart.
    static func folderName(_ identity: String) -> String {
        let readable = identity.utf8.map { byte -> UInt8 in
            let isPlain = byte.isASCIILetterOrDigit || byte == UInt8(ascii: ".")
            return isPlain ? byte : UInt8(ascii: "-")
        }
        let name = String(decoding: readable.prefix(64), as: UTF8.self)
        return "slots-\(name)-\(StableHash.text(of: identity.utf8))"
    }

    // MARK: - The folder

    private static func open(_ parent: String, _ path: String) throws(StorageError) -> LockedFile {
        try makePrivate(parent)
        try makePrivate(path)
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be opened", path) }
        flock(descriptor, LOCK_SH | LOCK_NB)
        return LockedFile(descriptor)
    }

    /// Nobody else may be able to put files or links there.
    private static func makePrivate(_ path: String) throws(StorageError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("cannot be created", path) }
        var status = stat()
        guard lstat(path, &status) == 0 else { throw failure("cannot be read", path) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw StorageError(
                .configuration,
                "\(path) is not a folder that only its owner, this user, may write: remove it, "
                    + "or choose another place with --state")
        }
    }

    /// Somebody may have cleaned up; then everybody starts afresh in a new folder.
    mutating func reopenIfRemoved() throws(StorageError) {
        var (mine, there) = (stat(), stat())
        let isThere =
            stat(path, &there) == 0 && fstat(folder.descriptor, &mine) == 0
            && there.st_ino == mine.st_ino && there.st_dev == mine.st_dev
        if !isThere { folder = try Self.open(parent, path) }
    }

    // MARK: - Slots

    /// - Returns: nil while somebody holds the slot. `isOrphan` when who held it died with it: the server may need a
    ///   moment to notice the end of that session.
    func lockSlot(_ index: Int) throws(StorageError) -> (file: LockedFile, isOrphan: Bool)? {
        let name = "slot-\(index)"
        let file = try create(name, 0)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK || errno == EINTR { return nil }
            throw Self.failure("cannot be locked", path + "/" + name)
        }
        guard file.isLinked else { return nil }
        let isOrphan = file.read().hasPrefix("held")
        file.write("held by \(getpid())\n")
        return (file, isOrphan)
    }

    private func create(_ name: String, _ flags: CInt) throws(StorageError) -> LockedFile {
        let descriptor = openat(folder.descriptor, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0o600)
        guard descriptor >= 0 else { throw Self.failure("cannot be created", path + "/" + name) }
        return LockedFile(descriptor)
    }

    // MARK: - Members

    /// Makes a member file of our own.
    func join() throws(StorageError) -> SlotMember {
        for _ in 0..<16 {
            let name = "member-\(getpid())-" + String(UInt64.random(in: 0 ... .max), radix: 16)
            let file = try create(name, O_EXCL)
            flock(file.descriptor, LOCK_EX)
            // Before the lock was there, somebody may have taken the file for one left behind.
            if file.isLinked { return SlotMember(name: name, file: file) }
        }
        throw StorageError(.failed, "no file can be kept in \(path): another program keeps removing them")
    }

    /// What the living members other than `own` say; what the dead left behind is removed.
    func members(except own: String?) throws(StorageError) -> [SlotFairness.Member] {
        var members: [SlotFairness.Member] = []
        for name in try names() where name.hasPrefix("member-") && name != own {
            let descriptor = openat(folder.descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else { continue }
            let file = LockedFile(descriptor)
            if flock(descriptor, LOCK_SH | LOCK_NB) == 0 {
                remove(name)
            } else if let member = SlotMember.Record(file.read())?.member(at: Self.now) {
                members.append(member)
            }
        }
        return members
    }

    func remove(_ name: String) { unlinkat(folder.descriptor, name, 0) }

    private func names() throws(StorageError) -> [String] {
        let descriptor = openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, let stream = fdopendir(descriptor) else {
            throw Self.failure("cannot be listed", path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    private static func failure(_ what: String, _ path: String) -> StorageError {
        let number = errno
        let code: StorageError.Code = number == ENOSPC || number == EDQUOT ? .noSpace : .failed
        return StorageError(
            code,
            "\(path), where the connections of this user are counted, \(what) "
                + "(\(String(cString: strerror(number)))): check it, or choose another place with --state")
    }
}

extension UInt8 {
    fileprivate var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
