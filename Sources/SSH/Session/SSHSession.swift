import CSSH2
import FileModel
import NIOCore

/// A libssh2 session with one channel. Not thread-safe: whoever holds it uses it alone.
///
/// Calls that need more bytes from the server return nil or false, and are made again when some have arrived.
final class SSHSession {
    let wire: SSHWire
    let pointer: OpaquePointer
    private var channel: OpaquePointer?

    /// - Throws: `.failed` when there is no memory for it.
    init(wire: SSHWire) throws(StorageError) {
        LibSSH2.initialize()
        let abstract = Unmanaged.passUnretained(wire).toOpaque()
        guard let session = libssh2_session_init_ex(nil, nil, nil, abstract) else {
            throw StorageError(.failed, "libssh2 cannot start a session")
        }
        self.wire = wire
        pointer = session
        SSHCallbacks.install(in: session)
        libssh2_session_set_blocking(session, 0)
    }

    deinit {
        // The end of the wire keeps it from waiting for the server to confirm the end of the channel.
        wire.isEnded = true
        var attempts = 0
        while libssh2_session_free(pointer) == LIBSSH2_ERROR_EAGAIN, attempts < 64 { attempts += 1 }
    }

    /// Chooses algorithms, before the handshake.
    ///
    /// - Parameter hostKeyTypes: types of keys that can be checked, best first.
    func prefer(hostKeyTypes: [String], compression: Bool) {
        let keyExchanges = supported(LIBSSH2_METHOD_KEX).filter { !SSHAlgorithms.broken.contains($0) }
        let lists =
            [
                (LIBSSH2_METHOD_KEX, keyExchanges),
                (
                    LIBSSH2_METHOD_HOSTKEY,
                    SSHAlgorithms.hostKeys(preferring: hostKeyTypes, supported: supported)
                ),
            ]
            + [
                (LIBSSH2_METHOD_CRYPT_CS, SSHAlgorithms.ciphers), (LIBSSH2_METHOD_CRYPT_SC, SSHAlgorithms.ciphers),
                (LIBSSH2_METHOD_MAC_CS, SSHAlgorithms.macs), (LIBSSH2_METHOD_MAC_SC, SSHAlgorithms.macs),
            ].map {
                ($0.0, SSHAlgorithms.sorted(supported($0.0), first: $0.1))
            }
        for (method, names) in lists { set(method, names) }
        wire.supported = lists.map(\.1)
        if compression { libssh2_session_flag(pointer, LIBSSH2_FLAG_COMPRESS, 1) }
    }

    private func supported(_ method: CInt) -> [String] { LibSSH2.algorithms(pointer, method) }

    private func set(_ method: CInt, _ names: [String]) {
        guard !names.isEmpty else { return }
        libssh2_session_method_pref(pointer, method, names.joined(separator: ","))
    }

    /// Greets and exchanges keys.
    func handshake() throws(StorageError) -> Bool {
        try done(libssh2_session_handshake(pointer, LibSSH2.unusedDescriptor), .handshake)
    }

    /// What both sides agreed on, after the handshake.
    var algorithms: String {
        let kinds = [
            ("key exchange", LIBSSH2_METHOD_KEX), ("host key", LIBSSH2_METHOD_HOSTKEY),
            ("cipher", LIBSSH2_METHOD_CRYPT_CS), ("MAC", LIBSSH2_METHOD_MAC_CS),
        ]
        return kinds.map { "\($0.0) \(libssh2_session_methods(pointer, $0.1).map { String(cString: $0) } ?? "?")" }
            .joined(separator: ", ")
    }

    /// How the server called itself in its greeting.
    var software: String? { libssh2_session_banner_get(pointer).map { printable(Array(String(cString: $0).utf8)) } }

    /// The server's key, after the handshake.
    func hostKey() throws(StorageError) -> HostKey {
        var length = 0
        var type: CInt = 0
        guard let bytes = libssh2_session_hostkey(pointer, &length, &type),
            let digest = libssh2_hostkey_hash(pointer, LIBSSH2_HOSTKEY_HASH_SHA256)
        else { throw StorageError(.protocolViolation, "the server showed no host key") }
        let blob = Array(UnsafeRawBufferPointer(start: bytes, count: length))
        guard let name = HostKey.type(of: blob) else {
            throw StorageError(.protocolViolation, "the server's host key is malformed")
        }
        return HostKey(type: name, blob: blob, sha256: Array(UnsafeRawBufferPointer(start: digest, count: 32)))
    }

    /// What is worth knowing of the line, after the handshake: the server's greeting, its key, the algorithms.
    var facts: [String] {
        let banner = libssh2_session_banner_get(pointer).map { printable(Array(String(cString: $0).utf8)) }
        let key = (try? hostKey()).map { "\($0.type) \($0.fingerprint)" }
        return [banner, key, algorithms].compactMap(\.self)
    }

    /// Opens the session's channel.
    ///
    /// - Parameter window: bytes that the server may send ahead of us.
    func openChannel(window: UInt32) throws(StorageError) -> Bool {
        let kind = "session"
        channel = libssh2_channel_open_ex(
            pointer, kind, UInt32(kind.utf8.count), window, UInt32(LIBSSH2_CHANNEL_PACKET_DEFAULT), nil, 0)
        if let channel {
            libssh2_channel_handle_extended_data2(channel, LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE)
            return true
        }
        return try done(libssh2_session_last_errno(pointer), .channel)
    }

    func startSubsystem(_ name: String) throws(StorageError) -> Bool {
        let request = "subsystem"
        return try done(
            libssh2_channel_process_startup(
                channel, request, UInt32(request.utf8.count), name, UInt32(name.utf8.count)), .subsystem)
    }

    /// Appends what has arrived on the channel, up to the buffer's free capacity.
    ///
    /// - Returns: bytes appended; 0 when nothing more is there.
    func read(into buffer: inout ByteBuffer) throws(StorageError) -> Int {
        var code = 0
        let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 0) { bytes in
            code = libssh2_channel_read_ex(channel, 0, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
            return max(0, code)
        }
        if code < 0 { _ = try done(CInt(code), .transfer) }
        return count
    }

    /// Whether the server has closed its direction of the channel.
    var isAtEnd: Bool { channel.map { libssh2_channel_eof($0) == 1 } ?? false }

    /// Hands the first bytes of `buffer` over.
    ///
    /// - Returns: bytes taken; 0 when the server's window is full.
    func write(_ buffer: ByteBuffer) throws(StorageError) -> Int {
        let code = buffer.withUnsafeReadableBytes { bytes in
            libssh2_channel_write_ex(channel, 0, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
        }
        if code < 0 { _ = try done(CInt(code), .transfer) }
        return max(0, code)
    }

    /// Takes leave of the server; what there is to send is left on the wire.
    func disconnect() {
        libssh2_session_disconnect_ex(pointer, SSH_DISCONNECT_BY_APPLICATION, "closed", "")
    }

    /// What a call's result means: true for success, false for "more bytes needed".
    func done(_ code: CInt, _ step: SSHFailure.Step) throws(StorageError) -> Bool {
        if code == 0 { return true }
        if code == LIBSSH2_ERROR_EAGAIN { return false }
        throw SSHFailure(step: step, code: code, words: lastWords, wire: wire).error
    }

    /// libssh2's description of the last error.
    private var lastWords: String {
        var text: UnsafeMutablePointer<CChar>?
        libssh2_session_last_error(pointer, &text, nil, 0)
        return text.map { String(cString: $0) } ?? ""
    }
}
