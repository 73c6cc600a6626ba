import FileModel
import NIOCore

/// What we ask of the server.
enum SFTPRequest: Hashable, Sendable {
    case open(SFTPPath, SFTPOpenFlags, SFTPAttributes)
    case close(SFTPHandle)
    case read(SFTPHandle, offset: UInt64, length: UInt32)
    case write(SFTPHandle, offset: UInt64, ByteBuffer)
    case lstat(SFTPPath)
    case stat(SFTPPath)
    case fstat(SFTPHandle)
    case setstat(SFTPPath, SFTPAttributes)
    case fsetstat(SFTPHandle, SFTPAttributes)
    case opendir(SFTPPath)
    case readdir(SFTPHandle)
    case remove(SFTPPath)
    case mkdir(SFTPPath, SFTPAttributes)
    case rmdir(SFTPPath)
    case realpath(SFTPPath)
    case rename(from: SFTPPath, to: SFTPPath)
    case readlink(SFTPPath)
    case symlink(SFTPPath, target: SFTPPath)
    // Extensions
    case posixRename(from: SFTPPath, to: SFTPPath)
    case statvfs(SFTPPath)
    case fstatvfs(SFTPHandle)
    case hardlink(existing: SFTPPath, new: SFTPPath)
    case fsync(SFTPHandle)
    case lsetstat(SFTPPath, SFTPAttributes)
    case limits
    case expandPath(SFTPPath)
    /// Copies inside the server; `length` 0 is "to the end".
    case copyData(from: SFTPHandle, start: UInt64, length: UInt64, to: SFTPHandle, offset: UInt64)
    /// Computes digests of an open file; `blockSize` 0 makes one of all.
    case checkFile(SFTPFileCheck)
}

extension SFTPRequest {
    /// Whether an answer leaves something open that must be closed when nobody waits for it any more.
    var opensHandle: Bool {
        switch self {
        case .open, .opendir: true
        default: false
        }
    }

    /// Whether the order of this request among others on its handle matters; such requests keep their order.
    ///
    /// The others act on paths or stand alone, and may overtake data that waits to be sent.
    var isBulk: Bool {
        switch self {
        case .read, .write, .fsetstat, .fstat, .fsync, .close, .copyData, .checkFile: true
        default: false
        }
    }

    /// How long the server may be silent over it, where that is longer than for others.
    var patience: TimeAmount? {
        if case .checkFile(let check) = self {
            TimeAmount(FileChecksum.patience(forBytes: Int64(clamping: check.length)))
        } else {
            nil
        }
    }

    /// Bytes of the encoded packet, about.
    var approximateSize: Int {
        if case .write(_, _, let data) = self { return data.readableBytes + 64 }
        return 256
    }
}
