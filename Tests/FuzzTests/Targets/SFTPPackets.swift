import FileModel
import NIOCore

@testable import SFTP

extension FuzzTarget {
    /// Packets do not depend on how their bytes arrive, and none is longer than the limit.
    static let sftpFramer = FuzzTarget(
        "SFTP framing",
        samples: [
            PacketSample.framed(PacketSample.status),
            PacketSample.framed(PacketSample.handle) + PacketSample.framed(PacketSample.names),
            PacketSample.framed(PacketSample.version), Array("Welcome to Debian\r\n".utf8),
            PacketSample.framed([UInt8](repeating: 7, count: 9000)), [0xFF, 0xFF, 0xFF, 0xFF, 0x65], [0, 0, 0, 0],
        ]
    ) { input, random in
        let whole = frames([input])
        let pieces = frames(random.pieces(of: input))
        try require(whole.packets == pieces.packets, "the packets depend on how the bytes arrive")
        try require(whole.error?.code == pieces.error?.code, "the error depends on how the bytes arrive")
        if let error = pieces.error { try checkError(error) }
        try require(whole.packets.allSatisfy { (1...SFTPFramer.maximumLength).contains($0.count) }, "a packet too long")
    }

    private static func frames(_ pieces: [[UInt8]]) -> (packets: [[UInt8]], error: StorageError?) {
        var framer = SFTPFramer()
        var packets: [[UInt8]] = []
        do throws(StorageError) {
            for piece in pieces {
                framer.append(ByteBuffer(bytes: piece))
                while let packet = try framer.next() { packets.append(Array(packet.readableBytesView)) }
            }
            return (packets, nil)
        } catch {
            return (packets, error)
        }
    }

    /// A reply is read within its bounds; its attributes, written down, are read back the same.
    static let sftpReplies = FuzzTarget(
        "SFTP replies",
        samples: [
            PacketSample.status, PacketSample.handle, PacketSample.names, PacketSample.data, PacketSample.attributes,
        ]
    ) { input, _ in
        do throws(StorageError) {
            let (_, reply) = try SFTPReply.decode(ByteBuffer(bytes: input))
            try? inspect(reply, input)
        } catch { try checkError(error) }
        do throws(StorageError) {
            _ = try SFTPLimits(from: ByteBuffer(bytes: input))
            _ = try FileSystemStatistics(from: ByteBuffer(bytes: input))
        } catch { try checkError(error) }
    }

    private static func inspect(_ reply: SFTPReply, _ input: [UInt8]) throws {
        switch reply {
        case .status(let status):
            try requireShowable(status.message)
            try checkError(status.error("open /a"))
        case .handle(let handle): try require(handle.bytes.count <= SFTPHandle.maximumLength, "a long handle")
        case .data(let bytes), .extended(let bytes):
            try require(bytes.readableBytes <= input.count, "more than arrived")
        case .attributes(let attributes): try inspect(attributes)
        case .names(let names):
            try require(names.count <= input.count / 12, "more names than bytes")
            for name in names { try inspect(name.attributes) }
        }
    }

    private static func inspect(_ attributes: SFTPAttributes) throws {
        try require(attributes.fileAttributes.size >= 0, "a negative size")
        var buffer = ByteBuffer()
        attributes.encode(into: &buffer)
        try require(try SFTPAttributes(from: &buffer) == attributes, "not read back: \(attributes)")
        try require(buffer.readableBytes == 0, "\(buffer.readableBytes) bytes too many for \(attributes)")
    }

    static let sftpGreetings = FuzzTarget(
        "SFTP greeting", samples: [PacketSample.version, [2, 0, 0, 0, 3], [2, 0, 0, 0, 6]]
    ) { input, _ in
        do throws(StorageError) {
            _ = try SFTPVersion.decode(ByteBuffer(bytes: input))
        } catch { try checkError(error) }
    }
}

/// Packets as a server sends them, without their length.
enum PacketSample {
    static let status = packet(101, id: 1) { buffer in
        buffer.writeInteger(UInt32(2))
        buffer.writeSFTPString("No such file".utf8)
        buffer.writeSFTPString("en".utf8)
    }

    static let handle = packet(102, id: 2) { $0.writeSFTPString([0, 0, 0, 1]) }
    static let data = packet(103, id: 3) { $0.writeSFTPString([UInt8](repeating: 120, count: 300)) }
    static let attributes = packet(105, id: 5) { full.encode(into: &$0) }

    static let names = packet(104, id: 4) { buffer in
        buffer.writeInteger(UInt32(3))
        for name in [".", "a file", "b\u{E9}"] {
            buffer.writeSFTPString(name.utf8)
            buffer.writeSFTPString("-rw-r--r-- 1 me us 5 Nov 21 04:04 \(name)".utf8)
            (name == "." ? SFTPAttributes() : full).encode(into: &buffer)
        }
    }

    static let version =
        Array([2, 0, 0, 0, 3])
        + bytes { buffer in
            buffer.writeSFTPString("posix-rename@openssh.com".utf8)
            buffer.writeSFTPString("1".utf8)
            buffer.writeSFTPString("limits@openssh.com".utf8)
            buffer.writeSFTPString("1".utf8)
        }

    static func framed(_ packet: [UInt8]) -> [UInt8] { bytes { $0.writeSFTPString(packet) } }

    private static let full = SFTPAttributes(
        size: 1 << 40, owner: .init(user: 1000, group: 100), permissions: 0o100644,
        times: .init(accessed: 1_795_000_000, modified: 1_795_000_001))

    private static func packet(_ type: UInt8, id: UInt32, _ body: (inout ByteBuffer) -> Void) -> [UInt8] {
        bytes { buffer in
            buffer.writeInteger(type)
            buffer.writeInteger(id)
            body(&buffer)
        }
    }

    private static func bytes(_ body: (inout ByteBuffer) -> Void) -> [UInt8] {
        var buffer = ByteBuffer()
        body(&buffer)
        return Array(buffer.readableBytesView)
    }
}
