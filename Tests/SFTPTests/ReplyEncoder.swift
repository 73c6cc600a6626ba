import NIOCore

@testable import SFTP

extension SFTPReply {
    /// The whole packet, with its length in front, as a server sends it.
    func encoded(id: UInt32) -> ByteBuffer {
        var body = ByteBuffer()
        switch self {
        case .status(let status):
            body.writeInteger(UInt8(101))
            body.writeInteger(id)
            body.writeInteger(status.code.rawValue)
            body.writeSFTPString(status.message.utf8)
            body.writeSFTPString("en".utf8)
        case .handle(let handle):
            body.writeInteger(UInt8(102))
            body.writeInteger(id)
            body.writeSFTPString(handle.bytes)
        case .data(let bytes):
            body.writeInteger(UInt8(103))
            body.writeInteger(id)
            body.writeSFTPString(bytes.readableBytesView)
        case .names(let names):
            body.writeInteger(UInt8(104))
            body.writeInteger(id)
            body.writeInteger(UInt32(names.count))
            for name in names {
                body.writeSFTPString(name.bytes)
                body.writeSFTPString("?rwxr-xr-x 1 a b 0 Jan 1 1970 x".utf8)
                name.attributes.encode(into: &body)
            }
        case .attributes(let attributes):
            body.writeInteger(UInt8(105))
            body.writeInteger(id)
            attributes.encode(into: &body)
        case .extended(let bytes):
            body.writeInteger(UInt8(201))
            body.writeInteger(id)
            body.writeImmutableBuffer(bytes)
        }
        return body.framed
    }

    static func ok(_ message: String = "Success") -> SFTPReply { .status(SFTPStatus(.ok, message: message)) }
    static let endOfFile = SFTPReply.status(SFTPStatus(.endOfFile, message: "End of file"))
}

extension ByteBuffer {
    /// With its length in front.
    var framed: ByteBuffer {
        var result = ByteBuffer(integer: UInt32(readableBytes))
        result.writeImmutableBuffer(self)
        return result
    }
}
