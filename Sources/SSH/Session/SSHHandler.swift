import FileModel
import NIOCore
import NIOPosix

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

    private enum Phase {
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
        case starting(SSHSession)
        case open(SSHSession)
        /// The end of each of the others.
        case ended
    }

    private static let readSize = 128 * 1024
    /// A server has little to say during a login.
    private static let maximumHeld = 1 << 20

    private let settings: SSHSettings
    private let verifier: HostKeyVerifier
    private let ready: EventLoopPromise<Void>
    private let failure: EventLoopPromise<StorageError?>
    private var phase = Phase.idle
    private let wire = SSHWire()
    /// What arrived while the session was elsewhere.
    private var held = ByteBuffer()
    private var readBuffer = ByteBuffer()
    private var outgoing = SSHOutgoing()
    private var limit: Scheduled<Void>?
    private var isPumping = false

    /// - Parameters:
    ///   - ready: succeeds when bytes flow; fails with what went wrong before that.
    ///   - failure: succeeds at the end, with what went wrong after that; nil when we ourselves closed.
    init(
        _ settings: SSHSettings, verifier: HostKeyVerifier, ready: EventLoopPromise<Void>,
        failure: EventLoopPromise<StorageError?>
    ) {
        self.settings = settings
        self.verifier = verifier
        self.ready = ready
        self.failure = failure
    }

    // MARK: The channel's events

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
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
            if held.readableBytes > Self.maximumHeld { fail(StorageError(.protocolViolation, "the server floods us"), context) }
        case .ended: break
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
        if case .loggingIn(nil) = phase {} else {
            // One more turn translates the end into words.
            wire.isEnded = true
            pump(context)
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
        if case .open(let session) = phase {
            session.disconnect()
            sendWire(context, completing: [])
        }
        end(nil)
        context.close(mode: mode, promise: promise)
    }

    // MARK: Phases

    private func start(_ context: ChannelHandlerContext) {
        startLimit(settings.handshakeTimeout, "the handshake", context)
        do throws(StorageError) {
            let session = try SSHSession(wire: wire)
            session.prefer(hostKeyTypes: verifier.knownTypes, compression: settings.compression)
            phase = .handshaking(session)
        } catch {
            fail(error, context)
        }
        pump(context)
    }

    /// Goes on as far as the bytes at hand allow.
    private func pump(_ context: ChannelHandlerContext) {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        do throws(StorageError) {
            while try step(context) {}
        } catch {
            sendWire(context, completing: [])
            fail(error, context)
        }
    }

    /// - Returns: whether the next step can be taken at once.
    private func step(_ context: ChannelHandlerContext) throws(StorageError) -> Bool {
        switch phase {
        case .handshaking(let session):
            let isDone = try session.handshake()
            sendWire(context, completing: [])
            if isDone { try verify(session, context) }
            return false
        case .idle, .verifying, .ended, .loggingIn(nil):
            return false
        case .loggingIn(let loan?):
            logIn(loan, context)
            return false
        case .opening(let session):
            return try advance(session.openChannel(window: settings.window), to: .starting(session), context)
        case .starting(let session):
            guard try advance(session.startSubsystem("sftp"), to: .open(session), context) else { return false }
            becomeReady()
            return true
        case .open(let session):
            return try transfer(session, context)
        }
    }

    private func advance(_ isDone: Bool, to next: Phase, _ context: ChannelHandlerContext) -> Bool {
        sendWire(context, completing: [])
        if isDone { phase = next }
        return isDone
    }

    private func becomeReady() {
        limit?.cancel()
        ready.succeed()
    }

    // MARK: Elsewhere

    private func verify(_ session: SSHSession, _ context: ChannelHandlerContext) throws(StorageError) {
        phase = .verifying(session)
        let key = try session.hostKey()
        let verifier = verifier
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        SSHThreads.run(on: context.eventLoop) { try verifier.verify(key) }.whenComplete {
            let (handler, context) = bound.value
            handler.verified($0.mapError { .wrapping($0) }, context)
        }
    }

    private func verified(_ result: Result<Void, StorageError>, _ context: ChannelHandlerContext) {
        guard case .verifying(let session) = phase else { return }
        if case .failure(let error) = result { return fail(error, context) }
        startLimit(settings.loginTimeout, "the login", context)
        phase = .loggingIn(SSHLoan(session: session, login: SSHLogin(settings.credentials)))
        pump(context)
    }

    private func logIn(_ loan: SSHLoan, _ context: ChannelHandlerContext) {
        phase = .loggingIn(nil)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        SSHThreads.run(on: context.eventLoop) {
            try loan.login.advance(loan.session)
        }.whenComplete {
            let (handler, context) = bound.value
            handler.returned(loan, $0.mapError { .wrapping($0) }, context)
        }
    }

    private func returned(_ loan: SSHLoan, _ result: Result<Bool, StorageError>, _ context: ChannelHandlerContext) {
        guard case .loggingIn(nil) = phase else { return }
        sendWire(context, completing: [])
        let hasMore = held.readableBytes > 0
        if hasMore { wire.arrived(held) }
        held = ByteBuffer()
        switch result {
        case .failure(let error): fail(error, context)
        case .success(true):
            phase = .opening(loan.session)
            pump(context)
        case .success(false):
            phase = .loggingIn(loan)
            if hasMore { pump(context) }
        }
    }

    // MARK: Transfer

    /// Moves what there is in both directions.
    private func transfer(_ session: SSHSession, _ context: ChannelHandlerContext) throws(StorageError) -> Bool {
        var moved = 0
        // Both calls take in whatever has arrived, so each may make room or work for the other.
        while let bytes = outgoing.first {
            let count = try session.write(bytes)
            if count == 0 { break }
            moved += count
            outgoing.wrote(count)
        }
        sendWire(context, completing: outgoing.takeFinished())
        while let bytes = try read(session, context) {
            moved += bytes.readableBytes
            context.fireChannelRead(wrapInboundOut(bytes))
            guard case .open = phase else { return false }
        }
        sendWire(context, completing: [])
        if session.isAtEnd { throw StorageError(.connectionLost, "the server ended the SFTP session") }
        return moved > 0
    }

    /// - Returns: nil when nothing more is there; the buffer is kept for the next time then.
    private func read(_ session: SSHSession, _ context: ChannelHandlerContext) throws(StorageError) -> ByteBuffer? {
        if readBuffer.capacity == 0 { readBuffer = context.channel.allocator.buffer(capacity: Self.readSize) }
        guard try session.read(into: &readBuffer) > 0 else { return nil }
        defer { readBuffer = ByteBuffer() }
        return readBuffer
    }

    /// Sends what libssh2 has written.
    private func sendWire(_ context: ChannelHandlerContext, completing promises: [EventLoopPromise<Void>]) {
        guard let bytes = wire.takeOutbound() else { return promises.forEach { $0.succeed() } }
        let promise = promises.isEmpty ? nil : context.eventLoop.makePromise(of: Void.self)
        if let promise {
            for other in promises { promise.futureResult.cascade(to: other) }
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    }

    // MARK: The end

    private func startLimit(_ time: Duration, _ what: String, _ context: ChannelHandlerContext) {
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

    private func fail(_ error: StorageError, _ context: ChannelHandlerContext) {
        end(error)
        context.close(promise: nil)
    }

    /// Lets go of the session and of what was to be written. Only the first call counts.
    private func end(_ error: StorageError?) {
        limit?.cancel()
        phase = .ended
        for promise in outgoing.takeAll() { promise.fail(ChannelError.ioOnClosedChannel) }
        ready.fail(error ?? StorageError(.cancelled, "the connection was closed"))
        failure.succeed(error)
    }
}
