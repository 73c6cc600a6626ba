import COpenSSL
import NIOCore

/// What a `TLSSession` has in place of a socket: OpenSSL takes the peer's bytes from the buffers that they came in, and puts
/// ours into one that is sent as it is.
///
/// A memory BIO copies everything once more in each direction.
final class TLSWire {
    private var incoming = CircularBuffer<ByteBuffer>(initialCapacity: 4)
    private var outgoing = ByteBuffer()
    /// Bytes that came and that OpenSSL has not taken.
    private(set) var unread = 0

    func receive(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        incoming.append(bytes)
        unread += bytes.readableBytes
    }

    /// What OpenSSL wants to be sent; nil when that is nothing.
    func takeOutput() -> ByteBuffer? {
        guard outgoing.readableBytes > 0 else { return nil }
        defer { outgoing = ByteBuffer() }
        return outgoing
    }

    /// Makes room for what `count` plain bytes become.
    func prepareOutput(for count: Int) {
        let records = count / TLSSession.recordSize + 1
        outgoing.reserveCapacity(minimumWritableBytes: count + records * Self.recordOverhead)
    }

    /// More than header, type and tag of a record (RFC 8446 §5.2), or header, vector, MAC and padding of an older one.
    private static let recordOverhead = 128

    fileprivate func read(into space: UnsafeMutableRawBufferPointer) -> Int {
        var count = 0
        while count < space.count, var front = incoming.popFirst() {
            let wanted = min(space.count - count, front.readableBytes)
            front.readWithUnsafeReadableBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: space[count...]).copyMemory(
                    from: .init(rebasing: bytes[..<wanted]))
                return wanted
            }
            if front.readableBytes > 0 { incoming.prepend(front) }
            count += wanted
        }
        unread -= count
        return count
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer) { outgoing.writeBytes(bytes) }
}

// MARK: - As OpenSSL sees it (BIO_meth_new(3))

extension TLSWire {
    /// A BIO that reads and writes here; it must not outlive the wire. nil where OpenSSL has no memory.
    func makeBIO() -> OpaquePointer? {
        guard let method = Self.method, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    private static func of(_ bio: OpaquePointer?) -> TLSWire? {
        BIO_get_data(bio).map { Unmanaged<TLSWire>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Made once and never changed.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire") else { return nil }
        BIO_meth_set_read(method) { bio, space, count in
            remora_bio_clear_retry(bio)
            guard let wire = TLSWire.of(bio), let space, count > 0 else { return 0 }
            let taken = wire.read(into: UnsafeMutableRawBufferPointer(start: space, count: Int(count)))
            // Empty means "more may come", not "end of file".
            if taken == 0 { remora_bio_set_retry_read(bio) }
            return taken > 0 ? CInt(taken) : -1
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            remora_bio_clear_retry(bio)
            guard let wire = TLSWire.of(bio), let bytes, count > 0 else { return 0 }
            wire.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            return count
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }()
}
