import CLinux
import Glibc

/// By which a local folder is known again in the next run, though the machine was started anew meanwhile.
///
/// The number of its device (st_dev, inode(7)) is not enough: btrfs, NFS and others get another one with each mount, and
/// disks are numbered in the order in which they are found.
public struct FolderIdentity: Hashable, Sendable {
    public var device: UInt64
    /// nil in archives of earlier versions.
    public var inode: UInt64?
    /// When the folder was made (statx(2), STATX_BTIME), in nanoseconds since 1970; nil where the file system does not
    /// tell.
    public var birth: Int64?

    init(device: UInt64, inode: UInt64?, birth: Int64?) {
        self.device = device
        self.inode = inode
        self.birth = birth
    }

    /// Of an open folder; nil where it cannot be examined.
    init?(_ folder: Descriptor) {
        var status = stat()
        guard fstat(folder.number, &status) == 0 else { return nil }
        let birth = remora_birth_time(folder.number)
        self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), birth: birth < 0 ? nil : birth)
    }

    /// Whether it is the folder that was recorded: on the same device, or made at the same moment under the same inode.
    public func isSame(as recorded: FolderIdentity) -> Bool {
        if device == recorded.device { return true }
        guard let inode, let birth else { return false }
        return inode == recorded.inode && birth == recorded.birth
    }
}
