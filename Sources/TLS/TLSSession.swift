public import FileModel
public import NIOCore
import COpenSSL

/// One TLS connection without a socket: bytes of the peer go in, bytes for the peer come out.
///
/// Not thread-safe; it belongs to one event loop. After a call threw, only `takeOutput` (the alert) makes sense.
public final class TLSSession {
    private let ssl: OpaquePointer
    private let wire = TLSWire()
    private let observer: TLSObserver
    private let context: TLSContext
    private let peerName: String
    private var sentCloseNotify = false
    public private(set) var isEstablished = false
    /// Whether the peer ended its direction in order; an end without it may be a truncation.
    public private(set) var receivedCloseNotify = false

    /// The client's end of a connection.
    ///
    /// - Parameters:
    ///   - host: the name or address the user asked for; it is sent as SNI and compared with the certificate.
    ///   - resumption: a session of the same server to resume, if it is willing.
    public convenience init(_ context: TLSContext, host: String, resuming resumption: TLSResumption? = nil)
        throws(StorageError)
    {
        context.loadSystemAuthorities()
        try self.init(context, peerName: host)
        SSL_set_connect_state(ssl)
        try expect(host)
        resumption?.offer(to: ssl)
    }

    /// The server's end of a connection.
    public static func accepting(_ context: TLSContext) throws(StorageError) -> TLSSession {
        let session = try TLSSession(context, peerName: "the client")
        SSL_set_accept_state(session.ssl)
        return session
    }

    private init(_ context: TLSContext, peerName: String) throws(StorageError) {
        OpenSSLErrors.clear()
        guard let ssl = SSL_new(context.pointer), let bio = wire.makeBIO() else {
            throw StorageError(.failed, "OpenSSL could not start a session: \(OpenSSLErrors.drain())")
        }
        SSL_set_bio(ssl, bio, bio)
        self.ssl = ssl
        self.context = context
        self.peerName = peerName
        observer = TLSObserver(settings: context.settings, peerName: peerName)
        SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(observer).toOpaque())
    }

    deinit { SSL_free(ssl) }

    /// SNI and the name check; an address is never sent as SNI (RFC 6066 §3).
    private func expect(_ host: String) throws(StorageError) {
        let parameters = SSL_get0_param(ssl)
        let checks = context.settings.checksHostname
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1 {
            if !checks { X509_VERIFY_PARAM_set1_ip(parameters, nil, 0) }
            return
        }
        OpenSSLErrors.clear()
        let isSet =
            remora_ssl_set_server_name(ssl, host) == 1
            && (!checks || X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1)
        guard isSet else { throw StorageError(.configuration, "'\(host)' is not a host name") }
        X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    }

    /// The session to offer to the next handshake; under TLS 1.3 it comes with the first bytes read.
    public var resumption: TLSResumption? { observer.newest }

    /// Whether this handshake resumed the session that was offered.
    public var wasResumed: Bool { isEstablished && SSL_session_reused(ssl) == 1 }

    /// Which session was resumed; nil when none was.
    public var resumedSession: TLSSessionID? {
        guard wasResumed, let session = SSL_get_session(ssl) else { return nil }
        return TLSSessionID(session)
    }

    /// The sessions that the server offered on this connection for later resumption.
    public var issuedSessions: Set<TLSSessionID> { observer.issued }

    /// Whether bytes have come that were not read, as those behind a close_notify.
    var holdsUnreadBytes: Bool { SSL_has_pending(ssl) == 1 || wire.unread > 0 }

    /// `TLSv1.3`.
    public var version: String { String(cString: SSL_get_version(ssl)) }

    public var cipher: String {
        SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? "none"
    }

    public var peerCertificate: PeerCertificate? {
        guard let certificate = SSL_get0_peer_certificate(ssl) else { return nil }
        return PeerCertificate(certificate)
    }
}

// MARK: - Bytes

extension TLSSession {
    /// Takes in what the peer sent.
    public func receive(_ bytes: ByteBuffer) { wire.receive(bytes) }

    /// What is to be sent to the peer; nil when there is nothing.
    public func takeOutput() -> ByteBuffer? { wire.takeOutput() }

    /// Takes the handshake as far as the bytes received allow.
    ///
    /// - Returns: whether it is complete.
    /// - Throws: `.tlsFailed` with the reason and, for a certificate, its subject, dates and fingerprint.
    public func handshake() throws(StorageError) -> Bool {
        if isEstablished { return true }
        OpenSSLErrors.clear()
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            isEstablished = true
            return true
        }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return false
        default: throw handshakeError()
        }
    }

    /// Decrypts what has arrived, appending it to `buffer`.
    ///
    /// - Returns: false once the peer ended its direction (`receivedCloseNotify`); true as long as more may come.
    /// - Throws: `.tlsFailed` for bytes that are not what the peer encrypted.
    public func read(into buffer: inout ByteBuffer) throws(StorageError) -> Bool {
        // Growing step by step copies what is there each time.
        buffer.reserveCapacity(minimumWritableBytes: wire.unread + (SSL_has_pending(ssl) == 1 ? Self.recordSize : 0))
        while true {
            OpenSSLErrors.clear()
            var result: CInt = 0
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) { raw in
                result = SSL_read(ssl, raw.baseAddress, CInt(clamping: raw.count))
                return max(0, Int(result))
            }
            guard result <= 0 else { continue }
            switch SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
                return true
            case SSL_ERROR_ZERO_RETURN:
                receivedCloseNotify = true
                return false
            default:
                throw readError()
            }
        }
    }

    /// Encrypts `bytes`; only after the handshake.
    public func write(_ bytes: ByteBuffer) throws(StorageError) {
        var offset = 0
        wire.prepareOutput(for: bytes.readableBytes)
        while offset < bytes.readableBytes {
            OpenSSLErrors.clear()
            let written = bytes.withUnsafeReadableBytes { raw in
                let rest = UnsafeRawBufferPointer(rebasing: raw[offset...])
                return SSL_write(ssl, rest.baseAddress, CInt(clamping: rest.count))
            }
            guard written > 0 else {
                throw StorageError(.tlsFailed, "cannot encrypt for \(peerName): \(OpenSSLErrors.drain())")
            }
            offset += Int(written)
        }
    }

    /// Ends our direction in order (close_notify); the peer may still send.
    public func shutdown() {
        guard isEstablished, !sentCloseNotify else { return }
        sentCloseNotify = true
        OpenSSLErrors.clear()
        _ = SSL_shutdown(ssl)
        OpenSSLErrors.clear()
    }

    /// Plain bytes of one TLS record (RFC 8446 §5.1).
    static let recordSize = 16 * 1024

    private func handshakeError() -> StorageError {
        let reasons = OpenSSLErrors.drain()
        if let refusal = observer.refusal { return refusal }
        let remedy = TLSAdvice(context.settings).remedy(for: reasons)
        return StorageError(.tlsFailed, "no TLS handshake with \(peerName): \(reasons)\(remedy)")
    }

    /// Under TLS 1.3 the server judges our certificate after our handshake is over.
    private func readError() -> StorageError {
        let reasons = OpenSSLErrors.drain()
        let remedy = TLSAdvice(context.settings).remedy(for: reasons)
        return StorageError(.tlsFailed, "the TLS line to \(peerName) broke: \(reasons)\(remedy)")
    }
}
