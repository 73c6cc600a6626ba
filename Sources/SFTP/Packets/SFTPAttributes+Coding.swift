import FileModel
import NIOCore

extension SFTPAttributes {
    private enum Flag {
        static let size: UInt32 = 0x01
        static let owner: UInt32 = 0x02
        static let permissions: UInt32 = 0x04
        static let times: UInt32 = 0x08
        static let extended: UInt32 = 0x8000_0000
    }

    func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(flags)
        if let size { buffer.writeInteger(size) }
        if let owner {
            buffer.writeInteger(owner.user)
            buffer.writeInteger(owner.group)
        }
        if let permissions { buffer.writeInteger(permissions) }
        if let times {
            buffer.writeInteger(times.accessed)
            buffer.writeInteger(times.modified)
        }
    }

    private var flags: UInt32 {
        (size == nil ? 0 : Flag.size) | (owner == nil ? 0 : Flag.owner) | (permissions == nil ? 0 : Flag.permissions)
            | (times == nil ? 0 : Flag.times)
    }

    /// - Throws: `.protocolViolation` when the buffer ends too early.
    init(from buffer: inout ByteBuffer) throws(StorageError) {
        self.init()
        let flags = try buffer.readSFTPInteger(UInt32.self)
        if flags & Flag.size != 0 { size = try buffer.readSFTPInteger(UInt64.self) }
        if flags & Flag.owner != 0 {
            owner = Owner(
                user: try buffer.readSFTPInteger(UInt32.self), group: try buffer.readSFTPInteger(UInt32.self))
        }
        if flags & Flag.permissions != 0 { permissions = try buffer.readSFTPInteger(UInt32.self) }
        if flags & Flag.times != 0 {
            times = Times(
                accessed: try buffer.readSFTPInteger(UInt32.self), modified: try buffer.readSFTPInteger(UInt32.self))
        }
        if flags & Flag.extended != 0 { try Self.skipExtended(&buffer) }
    }

    /// The count is the server's word: the loop ends with the packet at the latest.
    private static func skipExtended(_ buffer: inout ByteBuffer) throws(StorageError) {
        let count = try buffer.readSFTPInteger(UInt32.self)
        for _ in 0..<count {
            _ = try buffer.readSFTPSlice()
            _ = try buffer.readSFTPSlice()
        }
    }
}
