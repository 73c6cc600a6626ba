import FileModel
import NIOCore
import TLS

/// What protects the line: TLS, and no secret in what is told.
extension ControlChannel {
    /// Starts TLS at once.
    ///
    /// - Returns: a future for the end of the handshake; nil when the session has ended.
    func startTLS(_ session: TLSSession) -> EventLoopFuture<Void>? {
        guard let context, !isEnded else { return nil }
        let promise = context.eventLoop.makePromise(of: Void.self)
        tls = session
        gate.changed()
        do {
            let handler = TLSHandler(session, handshake: promise)
            try context.pipeline.syncOperations.addHandler(handler, position: .first)
        } catch {
            promise.fail(error)
        }
        return promise.futureResult
    }

    /// Ends TLS, and goes on in clear on the same connection; `tls` stays, since data connections resume its session.
    ///
    /// - Returns: a future for the end of TLS on both sides; nil when the session has ended.
    func endTLS() -> EventLoopFuture<Void>? {
        guard let context, !isEnded else { return nil }
        let promise = context.eventLoop.makePromise(of: Void.self)
        context.triggerUserOutboundEvent(TLSEnd(), promise: promise)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        return promise.futureResult.map { bound.value.gate.changed() }
    }

    /// A server that answers `PASS` with the password in its words would put it into errors and logs.
    func maskingSecret(in reply: Reply) -> Reply {
        guard let secret = queue.front.flatMap({ waiting[$0]?.command?.secret }) else { return reply }
        return Reply(code: reply.code, lines: reply.lines.map { SecretMask.masked($0, hiding: secret) ?? $0 })
    }
}
