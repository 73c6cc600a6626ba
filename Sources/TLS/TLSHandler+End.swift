import FileModel
public import NIOCore

/// Asks a `TLSHandler` to end TLS in both directions and to leave the pipeline, while the connection lives on in clear.
///
/// A user outbound event. Its promise succeeds once close_notify has gone and come (RFC 8446 §6.1); it fails with
/// `.protocolViolation` when the peer sends anything else in between or right behind: who agreed to go on in clear has
/// nothing to say before it is asked.
public struct TLSEnd: Hashable, Sendable {
    public init() {}
}

extension TLSHandler {
    public func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is TLSEnd else { return context.triggerUserOutboundEvent(event, promise: promise) }
        guard state == .established else {
            promise?.fail(StorageError(.connectionLost, "there is no TLS to be ended"))
            return
        }
        state = .leaving
        leaving = promise ?? context.eventLoop.makePromise()
        session.shutdown()
        send(context)
        leave(context)
    }

    /// Looks whether the peer has ended its direction, too.
    func leave(_ context: ChannelHandlerContext) {
        var plain = context.channel.allocator.buffer(capacity: 0)
        do throws(StorageError) {
            let isOpen = try session.read(into: &plain)
            guard plain.readableBytes == 0 else { return violated("more protected bytes", context) }
            if isOpen { return context.read() }
            guard !session.holdsUnreadBytes else { return violated("bytes in clear that nobody asked for", context) }
            let promise = leaving
            leaving = nil
            state = .failed
            context.pipeline.syncOperations.removeHandler(context: context, promise: promise)
        } catch {
            violated("bytes that do not end TLS (\(error.message))", context)
        }
    }

    private func violated(_ what: String, _ context: ChannelHandlerContext) {
        let error = StorageError(.protocolViolation, "TLS was to be ended, and the server sent \(what)")
        fail(error, context)
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }
}
