import NIOCore

extension SFTPRequest {
    /// The greeting, which has no id.
    static func encodeInitialize(version: UInt32 = 3, into buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt32(5))
        buffer.writeInteger(SFTPPacketType.initialize.rawValue)
        buffer.writeInteger(version)
    }

    /// Appends the whole packet, with its length in front.
    func encode(id: UInt32, into buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        buffer.writeInteger(UInt32(0))
        buffer.writeInteger(packetType.rawValue)
        buffer.writeInteger(id)
        encodeBody(into: &buffer)
        buffer.setInteger(UInt32(buffer.writerIndex - start - 4), at: start)
    }

    private var packetType: SFTPPacketType {
        switch self {
        case .open: .open
        case .close: .close
        case .read: .read
        case .write: .write
        case .lstat: .lstat
        case .stat: .stat
        case .fstat: .fstat
        case .setstat: .setstat
        case .fsetstat: .fsetstat
        case .opendir: .opendir
        case .readdir: .readdir
        case .remove: .remove
        case .mkdir: .mkdir
        case .rmdir: .rmdir
        case .realpath: .realpath
        case .rename: .rename
        case .readlink: .readlink
        case .symlink: .symlink
        case .posixRename, .statvfs, .fstatvfs, .hardlink, .fsync, .lsetstat, .limits, .expandPath, .copyData,
            .checkFile:
            .extended
        }
    }

    private func encodeBody(into buffer: inout ByteBuffer) {
        switch self {
        case .lstat(let path), .stat(let path), .opendir(let path), .remove(let path), .rmdir(let path),
            .realpath(let path), .readlink(let path):
            buffer.write(path)
        case .close(let handle), .fstat(let handle), .readdir(let handle):
            buffer.write(handle)
        case .open(let path, let flags, let attributes):
            buffer.write(path)
            buffer.writeInteger(flags.rawValue)
            attributes.encode(into: &buffer)
        case .read(let handle, let offset, let length):
            buffer.write(handle)
            buffer.writeInteger(offset)
            buffer.writeInteger(length)
        case .write(let handle, let offset, let data):
            buffer.write(handle)
            buffer.writeInteger(offset)
            buffer.writeInteger(UInt32(data.readableBytes))
            buffer.writeImmutableBuffer(data)
        case .setstat(let path, let attributes), .mkdir(let path, let attributes):
            buffer.write(path)
            attributes.encode(into: &buffer)
        case .fsetstat(let handle, let attributes):
            buffer.write(handle)
            attributes.encode(into: &buffer)
        case .rename(let source, let target):
            buffer.write(source)
            buffer.write(target)
        case .symlink(let path, let target):
            // The draft has the link first; OpenSSH has the target first, and everybody follows OpenSSH
            // (its PROTOCOL file, §4.1).
            buffer.write(target)
            buffer.write(path)
        default:
            encodeExtension(into: &buffer)
        }
    }

    private func encodeExtension(into buffer: inout ByteBuffer) {
        switch self {
        case .posixRename(let source, let target):
            buffer.write(.posixRename, source, target)
        case .hardlink(let existing, let new):
            buffer.write(.hardlink, existing, new)
        case .statvfs(let path):
            buffer.write(.statvfs, path)
        case .expandPath(let path):
            buffer.write(.expandPath, path)
        case .fstatvfs(let handle):
            buffer.write(.fstatvfs)
            buffer.write(handle)
        case .fsync(let handle):
            buffer.write(.fsync)
            buffer.write(handle)
        case .lsetstat(let path, let attributes):
            buffer.write(.lsetstat, path)
            attributes.encode(into: &buffer)
        case .limits:
            buffer.write(.limits)
        case .copyData(let source, let from, let length, let target, let to):
            buffer.write(.copyData)
            buffer.write(source)
            buffer.writeInteger(from)
            buffer.writeInteger(length)
            buffer.write(target)
            buffer.writeInteger(to)
        case .checkFile(let check):
            check.encode(into: &buffer)
        default:
            preconditionFailure("not an extension")
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func write(_ path: SFTPPath) { writeSFTPString(path.bytes) }

    fileprivate mutating func write(_ handle: SFTPHandle) { writeSFTPString(handle.bytes) }

    fileprivate mutating func write(_ name: SFTPExtension, _ paths: SFTPPath...) {
        writeSFTPString(name.name.utf8)
        for path in paths { write(path) }
    }
}
