import COpenSSL

/// A session that a later handshake with the same server can resume (RFC 8446 §2.2, RFC 5246 §7.3).
///
/// FTP servers accept a data connection only with the session of its own control connection, so one of these never
/// leaves the connection it came from.
///
/// `@unchecked Sendable`: an SSL_SESSION that SSL_CTX_sess_set_new_cb(3) handed out is not changed any more; its
/// reference count is atomic.
public final class TLSResumption: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// Takes over the caller's reference.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    public var id: TLSSessionID { TLSSessionID(pointer) }

    /// Offers a copy: a connection that ends without close_notify or with an alert marks the SSL_SESSION it used as
    /// not resumable (SSL_free calls SSL_CTX_remove_session), which would spoil it for all that follow.
    func offer(to ssl: OpaquePointer) {
        guard let copy = SSL_SESSION_dup(pointer) else { return OpenSSLErrors.clear() }
        SSL_set_session(ssl, copy)
        SSL_SESSION_free(copy)
    }

    deinit { SSL_SESSION_free(pointer) }
}

/// Tells TLS sessions apart; with tickets it is a digest of the ticket. No secret.
public struct TLSSessionID: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ session: OpaquePointer) {
        var count: UInt32 = 0
        guard let start = SSL_SESSION_get_id(session, &count) else {
            bytes = []
            return
        }
        bytes = Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }
}
