import CFuse3
import FileModel
import Glibc
import VirtualFileSystem

extension stat {
    /// The attributes as fuse_reply_attr(3) wants them.
    init(_ attributes: NodeAttributes) {
        self.init()
        st_ino = ino_t(attributes.inode.value)
        st_mode = attributes.type.modeBits | mode_t(attributes.permissions)
        st_nlink = nlink_t(attributes.linkCount)
        st_uid = attributes.user
        st_gid = attributes.group
        st_size = off_t(attributes.size)
        st_blocks = blkcnt_t((attributes.size + 511) / 512)
        st_blksize = blksize_t(attributes.preferredBlock)
        let time = timespec(
            tv_sec: Int(attributes.modified.seconds), tv_nsec: Int(attributes.modified.nanoseconds))
        st_mtim = time
        st_ctim = time
        st_atim = time
    }
}

extension FileType {
    /// The file type bits of a mode (inode(7)).
    var modeBits: mode_t {
        switch self {
        case .regular: S_IFREG
        case .directory: S_IFDIR
        case .symbolicLink: S_IFLNK
        case .special: S_IFREG
        }
    }
}

extension Duration {
    /// Seconds as libfuse counts time-outs.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

extension fuse_entry_param {
    init(_ entry: Entry) {
        self.init()
        ino = entry.attributes.inode.value
        attr = stat(entry.attributes)
        attr_timeout = entry.attributes.validity.inSeconds
        entry_timeout = entry.validity.inSeconds
    }
}

extension OpenFlags {
    /// The flags of open(2) that matter to a volume.
    init(opening flags: CInt) {
        switch flags & O_ACCMODE {
        case O_WRONLY: self = .write
        case O_RDWR: self = [.read, .write]
        default: self = .read
        }
        if flags & O_APPEND != 0 { insert(.append) }
        if flags & O_TRUNC != 0 { insert(.truncate) }
        if flags & O_EXCL != 0 { insert(.exclusive) }
    }
}

extension NodeChanges {
    /// The arguments of setattr (fuse_lowlevel.h, FUSE_SET_ATTR_*).
    init(_ attributes: stat, _ set: CInt) {
        self.init()
        if set & FUSE_SET_ATTR_MODE != 0 { permissions = UInt16(truncatingIfNeeded: attributes.st_mode & 0o7777) }
        if set & FUSE_SET_ATTR_UID != 0 { user = attributes.st_uid }
        if set & FUSE_SET_ATTR_GID != 0 { group = attributes.st_gid }
        if set & FUSE_SET_ATTR_SIZE != 0 { size = Int64(attributes.st_size) }
        if set & FUSE_SET_ATTR_MTIME != 0 { modified = Timestamp(attributes.st_mtim) }
        if set & FUSE_SET_ATTR_ATIME != 0 { accessed = Timestamp(attributes.st_atim) }
        if set & FUSE_SET_ATTR_MTIME_NOW != 0 { modified = .now() }
        if set & FUSE_SET_ATTR_ATIME_NOW != 0 { accessed = .now() }
    }
}

/// A name as the kernel sends it.
func fileName(_ text: UnsafePointer<CChar>?) throws(StorageError) -> FileName {
    guard let text else { throw StorageError(.invalidName, "a name is missing") }
    return try FileName(UnsafeRawBufferPointer(start: text, count: strlen(text)))
}
