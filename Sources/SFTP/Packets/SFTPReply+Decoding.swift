import FileModel
import NIOCore

extension SFTPReply {
    /// Reads one packet without its length.
    ///
    /// - Throws: `.protocolViolation` for anything that is not a well-formed reply.
    static func decode(_ packet: ByteBuffer) throws(StorageError) -> (id: UInt32, reply: SFTPReply) {
        var packet = packet
        let type = try packet.readSFTPInteger(UInt8.self)
        let id = try packet.readSFTPInteger(UInt32.self)
        switch SFTPPacketType(rawValue: type) {
        case .status: return (id, .status(try SFTPStatus(from: &packet)))
        case .handle: return (id, .handle(try SFTPHandle(from: &packet)))
        case .data: return (id, .data(try packet.readSFTPSlice()))
        case .name: return (id, .names(try SFTPName.list(from: &packet)))
        case .attributes: return (id, .attributes(try SFTPAttributes(from: &packet)))
        case .extendedReply: return (id, .extended(packet))
        default: throw .violation("it sent a packet of type \(type)")
        }
    }
}

extension SFTPVersion {
    /// Reads the packet that answers INIT, without its length.
    static func decode(_ packet: ByteBuffer) throws(StorageError) -> SFTPVersion {
        var packet = packet
        guard try packet.readSFTPInteger(UInt8.self) == SFTPPacketType.version.rawValue else {
            throw .violation("it did not answer the greeting")
        }
        var result = SFTPVersion(version: try packet.readSFTPInteger(UInt32.self))
        while packet.readableBytes > 0 {
            let name = String(decoding: try packet.readSFTPString(), as: UTF8.self)
            result.extensions[SFTPExtension(name)] = try packet.readSFTPString()
        }
        return result
    }
}

extension SFTPStatus {
    /// Message and language may be missing: drafts before 02 had none.
    init(from packet: inout ByteBuffer) throws(StorageError) {
        let code = try packet.readSFTPInteger(UInt32.self)
        let message = packet.readableBytes >= 4 ? try packet.readSFTPString() : []
        self.init(Code(rawValue: code), message: printable(message.prefix(1000)))
    }
}

extension SFTPHandle {
    init(from packet: inout ByteBuffer) throws(StorageError) {
        let bytes = try packet.readSFTPString()
        guard bytes.count <= Self.maximumLength else { throw .violation("a handle has \(bytes.count) bytes") }
        self.init(bytes)
    }
}

extension SFTPName {
    /// The count is the server's word: nothing is reserved for it, and the loop ends with the packet at the latest.
    static func list(from packet: inout ByteBuffer) throws(StorageError) -> [SFTPName] {
        let count = try packet.readSFTPInteger(UInt32.self)
        guard count <= maximumCount else { throw .violation("an answer of \(count) names") }
        var names: [SFTPName] = []
        for _ in 0..<count { names.append(try SFTPName(from: &packet)) }
        return names
    }

    /// Names of a few bytes take a multiple of that in memory. OpenSSH sends 100 at a time.
    static let maximumCount = 8192

    private init(from packet: inout ByteBuffer) throws(StorageError) {
        bytes = try packet.readSFTPString()
        let line = try packet.readSFTPSlice()
        var attributes = try SFTPAttributes(from: &packet)
        if attributes.permissions == nil, let first = line.getInteger(at: line.readerIndex, as: UInt8.self) {
            attributes.listedType = SFTPAttributes.type(fromListing: first)
        }
        self.attributes = attributes
    }
}

extension SFTPLimits {
    /// The reply to limits@openssh.com: packet, read, write, handles (OpenSSH's PROTOCOL file, §4.8).
    init(from body: ByteBuffer) throws(StorageError) {
        var body = body
        _ = try body.readSFTPInteger(UInt64.self)
        self.init(
            maximumRead: try body.readSFTPInteger(UInt64.self), maximumWrite: try body.readSFTPInteger(UInt64.self),
            maximumHandles: try body.readSFTPInteger(UInt64.self))
    }
}

extension FileSystemStatistics {
    /// The reply to statvfs@openssh.com: the eleven fields of struct statvfs (OpenSSH's PROTOCOL file, §4.4).
    init(from body: ByteBuffer) throws(StorageError) {
        var body = body
        var fields: [UInt64] = []
        for _ in 0..<11 { fields.append(try body.readSFTPInteger(UInt64.self)) }
        self.init(
            blockSize: fields[1] == 0 ? fields[0] : fields[1], totalBlocks: fields[2], freeBlocks: fields[3],
            availableBlocks: fields[4], totalFiles: fields[5], freeFiles: fields[6], maximumNameLength: fields[10])
    }
}
