/// The one error of every file system, connection and protocol layer.
///
/// `message` is a sentence for people: what failed, on which path, and what to do. It never holds a secret.
public struct StorageError: Error, Hashable, Sendable {
    public let code: Code
    public var message: String
    /// The server's own words, such as `550 nope: No such file or directory`.
    public var serverReply: String?

    public init(_ code: Code, _ message: String, serverReply: String? = nil) {
        self.code = code
        self.message = message
        self.serverReply = serverReply
    }

    public enum Code: String, Hashable, Sendable, CaseIterable {
        // One path
        case notFound, alreadyExists, notDirectory, isDirectory, notEmpty
        case permissionDenied, readOnly, noSpace, fileTooLarge, invalidName, invalidArgument
        /// The server or protocol has no such operation.
        case unsupported
        case staleHandle, busy
        /// What arrived is not what was sent: a size or checksum differs.
        case corrupted
        // The session
        /// Name resolution, refusal or absence of a route: nobody answered there.
        case unreachable
        case timedOut
        /// The connection ended while the operation was under way; it may or may not have happened.
        case connectionLost
        /// The server accepts no more connections at the moment (FTP 421, 530 with proof).
        case tooManyConnections
        case loginFailed
        /// The proxy wants another user or password; nothing is known of the server's.
        case proxyRefused
        /// The host key is unknown, changed or revoked.
        case hostKeyRejected
        /// The certificate or the TLS handshake was refused, by us or by the server.
        case tlsFailed
        /// The control connection works, the data connection does not.
        case dataConnectionFailed
        /// The root folder of the remote is missing or not a folder.
        case rootMissing
        /// The peer broke the protocol.
        case protocolViolation
        case cancelled
        /// The configuration cannot work.
        case configuration
        /// Anything else the server refused.
        case failed
    }

    /// Whether the same call may succeed a moment later, on a new connection.
    public var isTransient: Bool {
        switch code {
        case .connectionLost, .timedOut, .unreachable, .tooManyConnections, .dataConnectionFailed, .busy: true
        default: false
        }
    }

    /// Whether the session, rather than one path, is at fault.
    public var isSessionFault: Bool {
        switch code {
        case .unreachable, .timedOut, .connectionLost, .tooManyConnections, .loginFailed, .proxyRefused,
            .hostKeyRejected, .tlsFailed,
            .dataConnectionFailed, .rootMissing, .protocolViolation, .cancelled, .configuration:
            true
        default: false
        }
    }

    public static func notFound(_ path: RemotePath) -> StorageError {
        StorageError(.notFound, "\(path) does not exist")
    }

    public static func unsupported(_ operation: String) -> StorageError {
        StorageError(.unsupported, "\(operation) is not supported by this server")
    }

    public static let cancelled = StorageError(.cancelled, "the operation was cancelled")

    /// Any error as a `StorageError`; a foreign one becomes `.failed`, a `CancellationError` `.cancelled`.
    public static func wrapping(_ error: any Error) -> StorageError {
        if let error = error as? StorageError { return error }
        if error is CancellationError { return .cancelled }
        return StorageError(.failed, String(describing: error))
    }
}

extension StorageError: CustomStringConvertible {
    public var description: String {
        guard let serverReply, !message.contains(serverReply) else { return message }
        return "\(message) (server: \(serverReply))"
    }
}
