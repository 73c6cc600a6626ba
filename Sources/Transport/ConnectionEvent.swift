/// A part of what it takes to have a connection that can be worked with.
public enum ConnectionStage: String, Hashable, Sendable, CaseIterable {
    /// The host's name becomes addresses.
    case resolve
    /// TCP, and the proxy where there is one.
    case connect
    /// FTP: the server's first reply.
    case greeting
    /// FTP: AUTH, the handshake and the check of the certificate.
    case tls
    /// SSH: versions, key exchange and the check of the host key.
    case keyExchange = "host-key"
    case login
    /// SSH: the channel, the subsystem and SFTP's greeting.
    case sftp
    /// FTP: the passive command, TCP and the handshake of a data connection.
    case data
}

/// What happens while a connection is made and used, told as it happens.
///
/// The last stage that began is the one at fault when an error follows.
public enum ConnectionEvent: Hashable, Sendable {
    case began(ConnectionStage)
    /// - Parameter facts: short clauses for people, such as `TLSv1.3`.
    case finished(ConnectionStage, facts: [String])
    /// FTP: any reply of the server; the command is shown without its secrets, and is empty for the greeting.
    case replied(to: String, String)
    /// FTP: where the server waits for a data connection, and the address that its control connection leads to.
    case offeredData(Endpoint, peer: String)
}

/// Sees the events of connections; called on their event loops, so it must not block.
public typealias ConnectionObserver = @Sendable (ConnectionEvent) -> Void
