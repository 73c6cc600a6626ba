import CSSH2
import FileModel
import NIOCore

/// A channel of a session (RFC 4254 §5), used by whoever holds the session.
///
/// As with the session, calls that need more bytes from the server return false or 0 and are made again.
final class SSHChannel {
    let session: SSHSession
    private let pointer: OpaquePointer

    /// The server refused or ended this channel, and no other.
    static let ownFailures: Set<CInt> = [
        LIBSSH2_ERROR_CHANNEL_FAILURE, LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED, LIBSSH2_ERROR_CHANNEL_CLOSED,
        LIBSSH2_ERROR_CHANNEL_EOF_SENT,
    ]

    init(_ pointer: OpaquePointer, of session: SSHSession) {
        self.pointer = pointer
        self.session = session
        libssh2_channel_handle_extended_data2(pointer, LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE)
    }

    func startSubsystem(_ name: String) throws(StorageError) -> Bool {
        let request = "subsystem"
        return try session.done(
            libssh2_channel_process_startup(
                pointer, request, UInt32(request.utf8.count), name, UInt32(name.utf8.count)), .subsystem)
    }

    /// Appends what has arrived on the channel, up to the buffer's free capacity.
    ///
    /// - Returns: bytes appended; 0 when nothing more is there.
    func read(into buffer: inout ByteBuffer) throws(StorageError) -> Int {
        var code = 0
        let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 0) { bytes in
            let place = bytes.bindMemory(to: CChar.self).baseAddress
            code = CipherContext.use { libssh2_channel_read_ex(pointer, 0, place, bytes.count) }
            return max(0, code)
        }
        if code < 0 { _ = try session.done(CInt(code), .transfer) }
        return count
    }

    /// Whether the server has closed its direction of the channel.
    var isAtEnd: Bool { libssh2_channel_eof(pointer) == 1 }

    /// Hands the first bytes of `buffer` over.
    ///
    /// - Returns: bytes taken; 0 when the server's window is full.
    func write(_ buffer: ByteBuffer) throws(StorageError) -> Int {
        let code = buffer.withUnsafeReadableBytes { bytes in
            let start = bytes.bindMemory(to: CChar.self).baseAddress
            return CipherContext.use { libssh2_channel_write_ex(pointer, 0, start, bytes.count) }
        }
        if code < 0 { _ = try session.done(CInt(code), .transfer) }
        return max(0, code)
    }

    /// Ends the channel. Nothing else may be called after it returned true.
    ///
    /// - Returns: whether the server has ended it as well.
    func close() -> Bool { libssh2_channel_free(pointer) != LIBSSH2_ERROR_EAGAIN }
}
