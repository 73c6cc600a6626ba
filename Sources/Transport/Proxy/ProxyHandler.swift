import FileModel
import NIOCore

/// Stands first in the pipeline until the tunnel is there.
///
/// The handlers behind it learn of the connection (`channelActive`) only then, and see none of the proxy's bytes. It
/// reads for itself, since they may not read yet; what came of the server's bytes meanwhile waits until they do.
final class ProxyHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private enum State { case negotiating, established, failed }

    private let settings: ProxySettings
    private var dialogue: any ProxyDialogue
    private let established: EventLoopPromise<Void>
    /// Of the proxy at first, of the server behind it in the end.
    private var pending: ArraySlice<UInt8> = []
    private var state = State.negotiating

    init(_ settings: ProxySettings, _ dialogue: any ProxyDialogue, established: EventLoopPromise<Void>) {
        self.settings = settings
        self.dialogue = dialogue
        self.established = established
    }

    func channelActive(context: ChannelHandlerContext) {
        send(dialogue.start(), context)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pending += unwrapInboundIn(data).readableBytesView
        guard state == .negotiating else { return }
        do {
            try advance(context)
        } catch {
            fail(error, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if state == .negotiating { context.read() }
    }

    /// The handlers behind want to read: what waits for them comes first.
    func read(context: ChannelHandlerContext) {
        let isDone = deliver(context)
        context.read()
        if isDone { context.pipeline.syncOperations.removeHandler(self, promise: nil) }
    }

    /// - Returns: whether there was something to deliver; nothing else is left to do then.
    @discardableResult
    private func deliver(_ context: ChannelHandlerContext) -> Bool {
        guard state == .established, !pending.isEmpty else { return false }
        let bytes = ByteBuffer(bytes: pending)
        pending = []
        context.fireChannelRead(NIOAny(bytes))
        context.fireChannelReadComplete()
        return true
    }

    private func advance(_ context: ChannelHandlerContext) throws {
        while true {
            switch try dialogue.received(&pending) {
            case .needsMore: return
            case .send(let bytes): send(bytes, context)
            case .established: return settle(context)
            }
        }
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func settle(_ context: ChannelHandlerContext) {
        state = .established
        established.succeed()
        context.fireChannelActive()
        if pending.isEmpty { context.pipeline.syncOperations.removeHandler(self, promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Where half of a connection may be closed, NIO tells no other end.
        if case ChannelEvent.inputClosed = event { fail(hungUp, context) }
        deliver(context)
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(hungUp, context)
        deliver(context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard state == .established else { return fail(error, context) }
        deliver(context)
        context.fireErrorCaught(error)
    }

    private var hungUp: StorageError {
        settings.failure(
            .unreachable, "closed the connection before the tunnel stood: is it a proxy for \(settings.kind.rawValue)?")
    }

    /// For a channel that never became active, so that the promise is always kept.
    func handlerRemoved(context: ChannelHandlerContext) {
        established.fail(settings.failure(.unreachable, "closed the connection"))
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        guard state == .negotiating else { return }
        state = .failed
        established.fail(error)
        context.close(promise: nil)
    }
}
