import FileModel
import NIOCore

@testable import SFTP

/// Reads requests as a server does, from the draft and OpenSSH's PROTOCOL file, independent of the encoder.
enum RequestDecoder {
    /// - Parameter packet: without its length.
    static func decode(_ packet: ByteBuffer) throws -> (id: UInt32, request: SFTPRequest) {
        var packet = packet
        let type = try packet.readSFTPInteger(UInt8.self)
        let id = try packet.readSFTPInteger(UInt32.self)
        let request = try body(type, &packet)
        guard packet.readableBytes == 0 else { throw StorageError.violation("\(packet.readableBytes) bytes too many") }
        return (id, request)
    }

    private static func body(_ type: UInt8, _ packet: inout ByteBuffer) throws -> SFTPRequest {
        switch type {
        case 3:
            return .open(
                try packet.path(), SFTPOpenFlags(rawValue: try packet.readSFTPInteger(UInt32.self)),
                try SFTPAttributes(from: &packet))
        case 4: return .close(try packet.handle())
        case 5:
            return .read(
                try packet.handle(), offset: try packet.readSFTPInteger(UInt64.self),
                length: try packet.readSFTPInteger(UInt32.self))
        case 6:
            return .write(
                try packet.handle(), offset: try packet.readSFTPInteger(UInt64.self), try packet.readSFTPSlice())
        case 7: return .lstat(try packet.path())
        case 8: return .fstat(try packet.handle())
        case 9: return .setstat(try packet.path(), try SFTPAttributes(from: &packet))
        case 10: return .fsetstat(try packet.handle(), try SFTPAttributes(from: &packet))
        case 11: return .opendir(try packet.path())
        case 12: return .readdir(try packet.handle())
        case 13: return .remove(try packet.path())
        case 14: return .mkdir(try packet.path(), try SFTPAttributes(from: &packet))
        case 15: return .rmdir(try packet.path())
        case 16: return .realpath(try packet.path())
        case 17: return .stat(try packet.path())
        case 18: return .rename(from: try packet.path(), to: try packet.path())
        case 19: return .readlink(try packet.path())
        case 20:
            // OpenSSH's order: target, then link.
            let target = try packet.path()
            return .symlink(try packet.path(), target: target)
        case 200: return try extended(&packet)
        default: throw StorageError.violation("type \(type)")
        }
    }

    private static func extended(_ packet: inout ByteBuffer) throws -> SFTPRequest {
        let name = String(decoding: try packet.readSFTPString(), as: UTF8.self)
        switch name {
        case "posix-rename@openssh.com": return .posixRename(from: try packet.path(), to: try packet.path())
        case "statvfs@openssh.com": return .statvfs(try packet.path())
        case "fstatvfs@openssh.com": return .fstatvfs(try packet.handle())
        case "hardlink@openssh.com": return .hardlink(existing: try packet.path(), new: try packet.path())
        case "fsync@openssh.com": return .fsync(try packet.handle())
        case "lsetstat@openssh.com": return .lsetstat(try packet.path(), try SFTPAttributes(from: &packet))
        case "limits@openssh.com": return .limits
        case "expand-path@openssh.com": return .expandPath(try packet.path())
        case "copy-data":
            return .copyData(
                from: try packet.handle(), start: try packet.readSFTPInteger(UInt64.self),
                length: try packet.readSFTPInteger(UInt64.self), to: try packet.handle(),
                offset: try packet.readSFTPInteger(UInt64.self))
        case "check-file", "check-file-handle":
            return .checkFile(
                SFTPFileCheck(
                    request: SFTPExtension(name), handle: try packet.handle(),
                    algorithms: String(decoding: try packet.readSFTPString(), as: UTF8.self).split(separator: ",").map(
                        String.init),
                    start: try packet.readSFTPInteger(UInt64.self), length: try packet.readSFTPInteger(UInt64.self),
                    blockSize: try packet.readSFTPInteger(UInt32.self)))
        default: throw StorageError.violation(name)
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func path() throws -> SFTPPath { SFTPPath(try readSFTPString()) }

    fileprivate mutating func handle() throws -> SFTPHandle { SFTPHandle(try readSFTPString()) }
}
