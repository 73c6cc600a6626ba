import FileModel
import NIOCore
import TLS

/// The control connection's own TLS: started by AUTH or at once, ended by CCC.
extension FTPConnection {
    /// - Throws: `.tlsFailed` with the reason and the remedy; after that nothing is ever sent in clear.
    func startTLS() async throws(StorageError) {
        let security = settings.security
        guard let context = security.context else {
            throw StorageError(.configuration, "TLS is wanted, but there are no TLS settings")
        }
        if security.mode != .implicit { try await security.history.offered() }
        let session = try TLSSession(context, host: settings.endpoint.host)
        guard let handshake = control.startTLS(session) else { throw sessionEnded }
        do throws(StorageError) {
            try await finished(handshake, "the TLS handshake did not end")
        } catch {
            throw security.mode == .ifAvailable ? Self.withoutFallBack(error) : error
        }
        control.log?.note("\(session.version), \(session.cipher)")
    }

    /// The user of `if-available` may wonder why the server is not spoken to in clear.
    private static func withoutFallBack(_ error: StorageError) -> StorageError {
        guard error.code == .tlsFailed else { return error }
        var error = error
        error.message += "; the server offers TLS, so nothing was sent in clear"
        return error
    }

    /// Takes the control connection back to clear text after the server has agreed to CCC.
    func endTLS() async throws(StorageError) {
        guard let ending = control.endTLS() else { throw sessionEnded }
        try await finished(
            ending, "the server agreed to go on in clear (clear_command_channel), but did not end TLS (close_notify)")
        control.log?.note("clear text")
    }

    private var sessionEnded: StorageError {
        control.endReason ?? StorageError(.connectionLost, "the server hung up")
    }

    private func finished(_ change: EventLoopFuture<Void>, _ lateMessage: String) async throws(StorageError) {
        let limit = settings.timeouts.connect
        let deadline = endLater(
            after: limit, StorageError(.timedOut, "\(lateMessage) within \(limit.inSeconds)"))
        defer { deadline.cancel() }
        do throws(StorageError) {
            try await callback { body in
                change.whenComplete { body($0.mapError(ControlChannel.translate)) }
            }
        } catch  where error.code == .connectionLost {
            // Why the connection ended says more than that it did.
            throw control.endReason ?? error
        }
    }
}
