import CSSH2
import FileModel
import NIOCore

/// A libssh2 session. Not thread-safe: whoever holds it uses it alone, and its channels.
///
/// Calls that need more bytes from the server return nil or false, and are made again when some have arrived.
final class SSHSession {
    let wire: SSHWire
    let pointer: OpaquePointer

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
        try done(CipherContext.use { libssh2_session_handshake(pointer, LibSSH2.unusedDescriptor) }, .handshake)
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

    /// Opens a channel. libssh2 opens one at a time: nobody else may ask before the answer is there.
    ///
    /// - Parameter window: bytes that the server may send ahead of us.
    /// - Returns: nil while more bytes are needed.
    func openChannel(window: UInt32) throws(StorageError) -> SSHChannel? {
        let kind = "session"
        let channel = libssh2_channel_open_ex(
            pointer, kind, UInt32(kind.utf8.count), window, UInt32(LIBSSH2_CHANNEL_PACKET_DEFAULT), nil, 0)
        if let channel { return SSHChannel(channel, of: self) }
        _ = try done(libssh2_session_last_errno(pointer), .channel)
        return nil
    }

    /// Whether the last failure was a channel's own: the session and its other channels go on.
    var hasOnlyLostChannel: Bool {
        let code = libssh2_session_last_errno(pointer)
        return !wire.isEnded && SSHChannel.ownFailures.contains(code)
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
