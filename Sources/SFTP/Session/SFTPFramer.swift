import FileModel
import NIOCore

/// Cuts the stream into packets.
///
/// A packet that arrived in one piece is a slice of what arrived; one that came in pieces is put together in a buffer
/// of its own, so that each byte is copied at most once.
struct SFTPFramer {
    /// Longer packets are refused before anything is reserved for them. Every request we make fits its answer into
    /// this: blocks are at most 255 KiB, and no server is known to list more than 256 KiB in one answer.
    static let maximumLength = 1 << 20
    private static let headerLength = 4

    private var incoming = ByteBuffer()
    private var partial = ByteBuffer()

    /// Takes what arrived. Only to be called when `next` has returned nil.
    mutating func append(_ bytes: ByteBuffer) {
        assert(incoming.readableBytes == 0)
        incoming = bytes
    }

    /// The next packet without its length; nil when more bytes have to come.
    ///
    /// - Throws: `.protocolViolation` for a length that cannot be.
    mutating func next() throws(StorageError) -> ByteBuffer? {
        if partial.readableBytes == 0 {
            if let packet = try wholePacket() { return packet }
            try startPartial()
            return nil
        }
        return try continuedPacket()
    }

    private mutating func wholePacket() throws(StorageError) -> ByteBuffer? {
        guard let length = try announcedLength(incoming), incoming.readableBytes >= Self.headerLength + length else {
            return nil
        }
        incoming.moveReaderIndex(forwardBy: Self.headerLength)
        return incoming.readSlice(length: length)
    }

    private mutating func startPartial() throws(StorageError) {
        guard incoming.readableBytes > 0 else { return }
        let length = try announcedLength(incoming) ?? 0
        partial = ByteBufferAllocator().buffer(capacity: Self.headerLength + length)
        partial.writeBuffer(&incoming)
    }

    private mutating func continuedPacket() throws(StorageError) -> ByteBuffer? {
        moveToPartial(Self.headerLength - partial.readableBytes)
        guard let length = try announcedLength(partial) else { return nil }
        partial.reserveCapacity(Self.headerLength + length)
        moveToPartial(Self.headerLength + length - partial.readableBytes)
        guard partial.readableBytes == Self.headerLength + length else { return nil }
        var packet = partial
        partial = ByteBuffer()
        packet.moveReaderIndex(forwardBy: Self.headerLength)
        return packet
    }

    private mutating func moveToPartial(_ count: Int) {
        guard count > 0, var piece = incoming.readSlice(length: min(count, incoming.readableBytes)) else { return }
        partial.writeBuffer(&piece)
    }

    /// nil when the length itself has not arrived yet.
    private func announcedLength(_ buffer: ByteBuffer) throws(StorageError) -> Int? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
        guard length > 0, length <= Self.maximumLength else { throw Self.wrongLength(buffer, length) }
        return Int(length)
    }

    /// A program that prints text before it speaks SFTP is the usual cause; its words are the best explanation.
    private static func wrongLength(_ buffer: ByteBuffer, _ length: UInt32) -> StorageError {
        let start = buffer.readableBytesView.prefix(80)
        guard start.prefix(4).allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 10 || $0 == 13 }) else {
            return .violation("a packet of \(length) bytes")
        }
        let line = start.prefix { $0 != 10 && $0 != 13 }
        return .violation("it sent text (\(quoted(line))); does a login script on the server print something?")
    }
}
