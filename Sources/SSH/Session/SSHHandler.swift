import FileModel
import NIOCore
import NIOPosix
import Transport

/// libssh2 as a channel handler: encrypted bytes on the network's side, the SFTP subsystem's bytes on the other.
///
/// From the network it goes through the phases below; only when it is open do bytes flow. Whatever may block (key
/// files, key derivation, agents, known_hosts) runs on a thread of its own; meanwhile the session belongs to that
/// thread, and what arrives is held back.
final class SSHHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Not connected yet. → handshaking
        case idle
        /// → verifying
        case handshaking(SSHSession)
        /// The host key is being checked elsewhere. → loggingIn
        case verifying(SSHSession)
        /// The session is elsewhere, or waits for bytes. → opening
        case loggingIn(SSHLoan?)
        /// → starting
        case opening(SSHSession)
        /// → open
        case starting(SSHChannel)
        case open(SSHChannel)
        /// The end of each of the others.
        case ended
    }

    static let readSize = 128 * 1024
    /// A server has little to say during a login.
    static let maximumHeld = 1 << 20

    let settings: SSHSettings
    let verifier: HostKeyVerifier
    let log: WireConnection?
    let ready: EventLoopPromise<String?>
    let failure: EventLoopPromise<StorageError?>
    var phase = Phase.idle
    let wire = SSHWire()
    /// What arrived while the session was elsewhere.
    var held = ByteBuffer()
    /// The connection ended while the session was elsewhere.
    var endedMeanwhile = false
    var readBuffer = ByteBuffer()
    var outgoing = SSHOutgoing()
    var limit: Scheduled<Void>?
    var isPumping = false
    /// Further channels of the session, see `SSHSibling`.
    var siblings: [SSHSibling] = []
    private(set) var context: ChannelHandlerContext?

    /// - Parameters:
    ///   - ready: succeeds with the server's identification when bytes flow; fails with what went wrong before that.
    ///   - failure: succeeds at the end, with what went wrong after that; nil when we ourselves closed.
    init(
        _ settings: SSHSettings, verifier: HostKeyVerifier, log: WireConnection? = nil,
        ready: EventLoopPromise<String?>, failure: EventLoopPromise<StorageError?>
    ) {
        self.settings = settings
        self.verifier = verifier
        self.log = log
        self.ready = ready
        self.failure = failure
    }

    // MARK: The channel's events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { start(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        if endedMeanwhile, case .loggingIn(nil) = phase { return }
        end(StorageError(.connectionLost, "the connection was lost"))
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .loggingIn(nil):
            held.writeBuffer(&bytes)
            guard held.readableBytes > Self.maximumHeld else { return }
            fail(StorageError(.protocolViolation, "the server sends without end during the login"), context)
        case .ended: break
        case .handshaking:
            wire.arrived(bytes)
            if wire.isGreetedByFTP { return fail(SSHFailure.otherProtocol(wire.greetingLine), context) }
            pump(context)
        default:
            wire.arrived(bytes)
            pump(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        wireEnded(context)
        context.fireChannelInactive()
    }

    /// A broken connection (ECONNRESET) means the same as its end.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        wireEnded(context)
    }

    private func wireEnded(_ context: ChannelHandlerContext) {
        if case .loggingIn(nil) = phase {
            // What was held may say why. It is heard when the session returns, unless the limit is over before.
            endedMeanwhile = true
            return
        }
        // One more turn translates the end into words; a login takes it on its own thread.
        wire.isEnded = true
        pump(context)
        if case .loggingIn(nil) = phase {
            endedMeanwhile = true
            return
        }
        fail(StorageError(.connectionLost, "the connection was lost"), context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .ended = phase {
            promise?.fail(ChannelError.ioOnClosedChannel)
        } else {
            outgoing.append(unwrapOutboundIn(data), promise)
        }
    }

    func flush(context: ChannelHandlerContext) {
        pump(context)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .open(let channel) = phase {
            channel.session.disconnect()
            sendWire(context, completing: [])
        }
        end(nil)
        context.close(mode: mode, promise: promise)
    }

    // MARK: The end

    func startLimit(_ time: Duration, _ what: String, _ context: ChannelHandlerContext) {
        limit?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let peer = settings.endpoint
        limit = context.eventLoop.scheduleTask(in: TimeAmount(time)) {
            let (handler, context) = bound.value
            let words = handler.unexpectedGreeting
            let message = "\(peer) did not finish \(what) within \(time.inSeconds)"
            handler.fail(StorageError(.timedOut, message, serverReply: words), context)
        }
    }

    /// What a server that does not speak SSH said.
    private var unexpectedGreeting: String? {
        guard case .handshaking = phase else { return nil }
        let line = printable(wire.greeting.prefix { $0 != 10 && $0 != 13 })
        return line.isEmpty || line.hasPrefix("SSH-") ? nil : line
    }

    func fail(_ error: StorageError, _ context: ChannelHandlerContext) {
        end(error)
        context.close(promise: nil)
    }

    /// Lets go of the session and of what was to be written. Only the first call counts.
    private func end(_ error: StorageError?) {
        limit?.cancel()
        if case .ended = phase { return }
        if let error { log?.note("ended: \(error)") }
        phase = .ended
        for promise in outgoing.takeAll() { promise.fail(ChannelError.ioOnClosedChannel) }
        loseSiblings(error)
        ready.fail(error ?? StorageError(.cancelled, "the connection was closed"))
        failure.succeed(error)
    }
}
