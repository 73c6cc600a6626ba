import FileModel
import NIOCore

/// Stands first in the pipeline until the tunnel is there.
///
/// The handlers behind it learn of the connection (`channelActive`) only then, and see none of the proxy's bytes.
final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let settings: ProxySettings
    private var dialogue: any ProxyDialogue
    private let established: EventLoopPromise<Void>
    private var pending: ArraySlice<UInt8> = []
    private var isSettled = false

    init(_ settings: ProxySettings, _ dialogue: any ProxyDialogue, established: EventLoopPromise<Void>) {
        self.settings = settings
        self.dialogue = dialogue
        self.established = established
    }

    func channelActive(context: ChannelHandlerContext) {
        send(dialogue.start(), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isSettled else { return context.fireChannelRead(data) }
        pending += unwrapInboundIn(data).readableBytesView
        do {
            try advance(context)
        } catch {
            fail(error, context)
        }
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
        isSettled = true
        established.succeed()
        context.fireChannelActive()
        if !pending.isEmpty {
            context.fireChannelRead(NIOAny(ByteBuffer(bytes: pending)))
            context.fireChannelReadComplete()
            pending = []
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(settings.failure(.unreachable, "closed the connection before the tunnel stood"), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context)
    }

    /// For a channel that never became active, so that the promise is always kept.
    func handlerRemoved(context: ChannelHandlerContext) {
        established.fail(settings.failure(.unreachable, "closed the connection"))
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        guard !isSettled else { return }
        isSettled = true
        established.fail(error)
        context.close(promise: nil)
    }
}
