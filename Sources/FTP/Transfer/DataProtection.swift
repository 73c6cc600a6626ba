public import TLS

/// How the data connections of one FTP session were protected.
public struct DataProtection: Hashable, Sendable {
    /// Data connections whose TLS handshake succeeded.
    public internal(set) var handshakes = 0
    /// Those that resumed a TLS session.
    public internal(set) var resumptions = 0
    /// The sessions that were resumed; all of them are the control connection's own.
    public internal(set) var resumedSessions: Set<TLSSessionID> = []
}

/// Belongs to the connection's event loop.
final class DataProtectionLog {
    private(set) var total = DataProtection()

    func established(_ tls: TLSSession) {
        total.handshakes += 1
        guard let session = tls.resumedSession else { return }
        total.resumptions += 1
        total.resumedSessions.insert(session)
    }
}

@available(*, unavailable)
extension DataProtectionLog: Sendable {}

extension FTPConnection {
    public var dataProtection: DataProtection { protectionLog.total }

    /// The TLS sessions that the server gave this control connection to resume.
    public var ownTLSSessions: Set<TLSSessionID> { control.tls?.issuedSessions ?? [] }
}
