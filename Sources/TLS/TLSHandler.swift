public import NIOCore
import FileModel

/// TLS in a channel pipeline, added when the connection opens or in the middle of its life (AUTH TLS).
///
/// - Writes before the handshake's end wait for it.
/// - `close(mode: .output)` sends close_notify before the FIN; `close(mode: .all)` sends it and closes at once.
/// - The end of the peer's direction is told by `TLSInputClosed`, in order or not, and then by what the channel says.
/// - With `autoRead` off, reads are passed on one for one; the handshake asks for its own.
/// - `TLSEnd` ends TLS while the connection lives on (CCC).
public final class TLSHandler: ChannelDuplexHandler, RemovableChannelHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    public let session: TLSSession
    private let handshakePromise: EventLoopPromise<Void>
    var state = State.idle
    private var waitingWrites: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private var waitingClose: (mode: CloseMode, promise: EventLoopPromise<Void>?)?
    private var unsentPromises: [EventLoopPromise<Void>] = []
    /// A read that downstream asked for and that has not delivered anything yet.
    private var owesRead = false
    private var toldInputClosed = false
    /// Who waits for the end of TLS.
    var leaving: EventLoopPromise<Void>?

    enum State {
        case idle, handshaking, established
        /// Our close_notify is out, the peer's is awaited; then the handler goes.
        case leaving
        case failed
    }

    /// - Parameter handshake: succeeds when the peer was verified and bytes can flow; fails with `.tlsFailed`, or
    ///   `.connectionLost` when the channel went away first.
    public init(_ session: TLSSession, handshake: EventLoopPromise<Void>) {
        self.session = session
        handshakePromise = handshake
    }

    // MARK: Life

    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    public func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    public func channelInactive(context: ChannelHandlerContext) {
        tellInputClosed(context)
        fail(StorageError(.connectionLost, "the connection ended during the TLS handshake"), context)
        context.fireChannelInactive()
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        fail(StorageError(.connectionLost, "the connection ended during the TLS handshake"), context)
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard state == .idle else { return }
        state = .handshaking
        advance(context)
        if state == .handshaking { context.read() }
    }

    /// One step of the handshake; sends what it produced, also the alert of a failure.
    private func advance(_ context: ChannelHandlerContext) {
        do throws(StorageError) {
            let isComplete = try session.handshake()
            send(context)
            if isComplete { established(context) }
        } catch {
            send(context)
            fail(error, context)
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    private func established(_ context: ChannelHandlerContext) {
        state = .established
        handshakePromise.succeed(())
        let writes = waitingWrites
        waitingWrites = []
        for write in writes { encrypt(write.bytes, write.promise, context) }
        send(context)
        if let close = waitingClose {
            waitingClose = nil
            self.close(context: context, mode: close.mode, promise: close.promise)
        }
    }

    func fail(_ error: StorageError, _ context: ChannelHandlerContext) {
        guard state != .failed else { return }
        if state == .idle || state == .handshaking { handshakePromise.fail(error) }
        state = .failed
        leaving?.fail(error)
        leaving = nil
        for write in waitingWrites { write.promise?.fail(error) }
        for promise in unsentPromises { promise.fail(error) }
        waitingClose?.promise?.fail(error)
        waitingWrites = []
        unsentPromises = []
        waitingClose = nil
    }

    // MARK: Inbound

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        session.receive(unwrapInboundIn(data))
        if state == .handshaking { advance(context) }
        if state == .established { deliver(context) }
        if state == .leaving { leave(context) }
    }

    private func deliver(_ context: ChannelHandlerContext) {
        guard !toldInputClosed else { return }
        var plain = context.channel.allocator.buffer(capacity: 0)
        do throws(StorageError) {
            let isOpen = try session.read(into: &plain)
            forward(plain, context)
            send(context)
            if !isOpen { tellInputClosed(context) }
        } catch {
            forward(plain, context)
            send(context)
            fail(error, context)
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    private func forward(_ plain: ByteBuffer, _ context: ChannelHandlerContext) {
        guard plain.readableBytes > 0 else { return }
        owesRead = false
        context.fireChannelRead(wrapInboundOut(plain))
    }

    private func tellInputClosed(_ context: ChannelHandlerContext) {
        guard !toldInputClosed, state == .established else { return }
        toldInputClosed = true
        context.fireUserInboundEventTriggered(TLSInputClosed(isOrderly: session.receivedCloseNotify))
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if state == .handshaking || (owesRead && !toldInputClosed) { context.read() }
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            if state == .handshaking {
                fail(StorageError(.connectionLost, "the server hung up during the TLS handshake"), context)
                context.close(promise: nil)
            }
            tellInputClosed(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Outbound

    public func read(context: ChannelHandlerContext) {
        owesRead = true
        context.read()
    }

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        switch state {
        case .idle, .handshaking: waitingWrites.append((bytes, promise))
        case .established: encrypt(bytes, promise, context)
        case .leaving, .failed: promise?.fail(ChannelError.ioOnClosedChannel)
        }
    }

    private func encrypt(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        do throws(StorageError) {
            try session.write(bytes)
            if let promise { unsentPromises.append(promise) }
        } catch {
            promise?.fail(error)
            context.fireErrorCaught(error)
        }
    }

    public func flush(context: ChannelHandlerContext) {
        if state == .established { send(context) }
    }

    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch (state, mode) {
        case (.established, .output), (.established, .all):
            session.shutdown()
            send(context)
        case (.idle, .output), (.handshaking, .output):
            waitingClose = (mode, promise)
            return
        default:
            break
        }
        context.close(mode: mode, promise: promise)
    }

    /// Writes and flushes what the session produced; the promises of the plain bytes in it follow its fate.
    func send(_ context: ChannelHandlerContext) {
        let promises = unsentPromises
        unsentPromises = []
        guard let output = session.takeOutput() else {
            for promise in promises { promise.succeed(()) }
            context.flush()
            return
        }
        let sent = promises.isEmpty ? nil : context.eventLoop.makePromise(of: Void.self)
        for promise in promises { sent?.futureResult.cascade(to: promise) }
        context.writeAndFlush(wrapOutboundOut(output), promise: sent)
    }
}

@available(*, unavailable)
extension TLSHandler: Sendable {}

/// The peer will send no more.
public struct TLSInputClosed: Hashable, Sendable {
    /// Whether it said so itself (close_notify, RFC 8446 §6.1); an attacker can cut a line, but not say this.
    public let isOrderly: Bool
}
