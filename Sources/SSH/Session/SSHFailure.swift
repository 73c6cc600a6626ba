import CSSH2
import FileModel

/// A failed call of libssh2, translated.
struct SSHFailure {
    enum Step {
        case handshake, login, channel, subsystem, transfer
    }

    let step: Step
    let code: CInt
    /// libssh2's own.
    let words: String
    let wire: SSHWire

    private static let lost: Set<CInt> = [
        LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_SEND,
        LIBSSH2_ERROR_BANNER_RECV, LIBSSH2_ERROR_SOCKET_NONE, LIBSSH2_ERROR_CHANNEL_CLOSED,
    ]

    var error: StorageError {
        // The server may have hung up for the same reason, with or without a word.
        if step == .handshake, let disagreement { return cannotAgree(disagreement) }
        if let farewell = wire.farewell { return ended(farewell) }
        if wire.isEnded || Self.lost.contains(code) { return step == .handshake ? noGreeting : connectionLost }
        switch step {
        case .handshake: return cannotAgree(words)
        case .login: return StorageError(.loginFailed, "the login failed: \(words)")
        case .channel: return StorageError(.connectionLost, "the server opened no channel: \(words)")
        case .subsystem:
            return StorageError(.configuration, "the server has no SFTP subsystem for this login (\(words))")
        case .transfer: return StorageError(.connectionLost, "the SSH connection broke: \(words)")
        }
    }

    /// Which list has nothing in common, and what the server has in it.
    private var disagreement: String? {
        guard let offer = SSHOffer(wire.opening), let list = offer.disagreement(with: wire.supported) else {
            return nil
        }
        return "no common \(list.name); the server offers only \(list.names.prefix(12).joined(separator: ", "))"
    }

    private func cannotAgree(_ reason: String) -> StorageError {
        StorageError(
            .protocolViolation,
            "the server and libssh2 \(LibSSH2.version) cannot agree on how to encrypt (\(reason)): "
                + "use transport = \"openssh\", which knows more algorithms, or a later libssh2")
    }

    private func ended(_ farewell: String) -> StorageError {
        guard step == .login else {
            return StorageError(.connectionLost, "the server ended the SSH session", serverReply: farewell)
        }
        let isImpatient = farewell.contains("Too many authentication failures")
        return StorageError(
            .loginFailed,
            isImpatient
                ? "the server ended the login before all keys were tried: name the right one with identity_files"
                : "the server ended the SSH session", serverReply: farewell)
    }

    private var connectionLost: StorageError {
        StorageError(
            .connectionLost, step == .login ? "the server hung up during the login" : "the connection was lost")
    }

    static func otherProtocol(_ greeting: String) -> StorageError {
        StorageError(
            .protocolViolation,
            "the server speaks FTP on this port, not SSH: use ftp:// or ftps://, or the port of its SSH service (22)",
            serverReply: greeting)
    }

    /// What a server says instead of a greeting is the best explanation there is.
    private var noGreeting: StorageError {
        let line = wire.greeting.prefix { $0 != 10 && $0 != 13 }
        if line.isEmpty {
            return StorageError(
                .unreachable, "the server hung up before it greeted: it, or something in front of it, refuses us")
        }
        let words = printable(line)
        if words.hasPrefix("SSH-") {
            return StorageError(.connectionLost, "the server hung up while keys were exchanged")
        }
        if words.contains("MaxStartups") {
            // Logins under way at the same time, by anybody: that says nothing about how many sessions we may have.
            return StorageError(.unreachable, "the server takes no more logins at the moment", serverReply: words)
        }
        return StorageError(.protocolViolation, "what answers is not an SSH server", serverReply: words)
    }
}
