import FileModel
import NIOCore
import TLS

/// The data connection's events, and what is done to it.
extension DataTransfer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func handlerAdded(context: ChannelHandlerContext) {
        channel = context.channel
        if context.channel.isActive { connected() }
    }

    func channelActive(context: ChannelHandlerContext) {
        connected()
        context.fireChannelActive()
    }

    private func connected() {
        guard machine.data == .connecting else { return }
        stall.progressed()
        if tls == nil { opened() }
        run(machine.dataConnected())
        downloadOpened()
        readMore()
    }

    // MARK: The TLS handshake

    /// pyftpdlib connects at PORT, and hangs up when we speak on that connection before it has the command.
    var holdsHandshakeBack: Bool { machine.isActive && machine.command == .withheld }

    /// At the first reply to the command.
    func startHeldHandshake() {
        guard let start = heldHandshake else { return }
        heldHandshake = nil
        if !isDropped { start() }
        readMore()
    }

    /// For servers that say nothing before it.
    func startHandshakeSoon() {
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: .seconds(1)) { bound.value.startHeldHandshake() }
    }

    /// The TLS handshake of the data connection has ended.
    func handshakeEnded(_ result: Result<Void, any Error>) {
        stall.progressed()
        if isDropped { return closeNow() }
        if case .failure(let error) = result {
            // A refused connection takes its handlers along; whoever dialled knows the reason.
            guard machine.data != .connecting else { return }
            return run(machine.dataFailed(ControlChannel.translate(error)))
        }
        if let tls {
            protectionLog?.established(tls)
            control.log?.note("data connection: \(tls.version), session \(tls.wasResumed ? "resumed" : "not resumed")")
        }
        guard requiresResumption, tls?.wasResumed != true else { return opened() }
        run(
            machine.dataFailed(
                StorageError(
                    .tlsFailed,
                    "the server did not resume the TLS session on the data connection, so its other end is "
                        + "not proven: set session_resumption to \"auto\" to accept that")))
    }

    private func opened() {
        onOpen?(tls.map { [$0.version, $0.wasResumed ? "session resumed" : "new session"] } ?? [])
        onOpen = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        stall.progressed()
        guard machine.direction == .download, !isOver, !isBrokenOff else { return }
        let bytes = unwrapInboundIn(data)
        received.append(bytes)
        // Some servers send no 1yz reply.
        if !isReadyForData { becomeReady() }
        serveReader()
    }

    func channelReadComplete(context: ChannelHandlerContext) { readMore() }

    /// Asks the kernel for more while there is room; without it the server feels the back-pressure.
    func readMore() {
        guard !isOver, !inputIsOver, heldHandshake == nil, received.hasRoomOrPauses() else { return }
        channel?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as TLSInputClosed where !event.isOrderly:
            broke(
                StorageError(
                    .connectionLost,
                    "the data connection was cut: it ended without TLS close_notify, so bytes may be missing"))
        case is TLSInputClosed:
            inputEnded()
        case ChannelEvent.inputClosed where tls == nil:
            inputEnded()
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let error = error as? StorageError ?? StorageError(.connectionLost, "the data connection broke: \(error)")
        broke(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isOutputClosed, !isDropped { inputEnded() }
        broke(StorageError(.connectionLost, "the data connection broke"))
        context.fireChannelInactive()
    }

    private func broke(_ error: StorageError) {
        guard !inputIsOver else { return }
        // With both halves closed NIO tells the end of the channel only, and errors before it.
        if machine.data == .finished { return inputEnded() }
        inputIsOver = true
        run(machine.dataFailed(error))
    }

    private func inputEnded() {
        guard !inputIsOver else { return }
        inputIsOver = true
        stall.progressed()
        run(machine.dataEnded())
        if machine.direction == .download { sendFollowing() }
        serveReader()
    }

    /// Closes our end: all of it after a download, the sending half after an upload.
    func finishData() {
        guard machine.direction == .upload else { return closeNow() }
        closeOutput()
        uploadEnded()
    }

    func closeOutput() {
        isOutputClosed = true
        channel?.close(mode: .output, promise: nil)
    }

    /// A handshake under way is let finish first: vsftpd and Pure-FTPd end the whole session when one is cut.
    func dropData() {
        inputIsOver = true
        isDropped = true
        cancelDial?()
        cancelDial = nil
        let isHandshaking = machine.data == .open && tls?.isEstablished == false && heldHandshake == nil
        if !isHandshaking || machine.isOver { closeNow() } else { channel?.read() }
    }

    private func closeNow() { channel?.close(promise: nil) }

    // MARK: Stalls

    func checkForStall() {
        guard isWaitingForPeer else { return stall.progressed() }
        guard NIODeadline.now() - stall.lastProgress > TimeAmount(limits.command) else { return }
        if stall.isAfterReply { return run(machine.waitExpired(.dataEnd)) }
        run(
            machine.dataFailed(
                StorageError(.timedOut, "no data moved for \(limits.command.inSeconds) on the data connection")))
    }

    /// Whether the next move is the server's: while reading is paused it is the reader's.
    private var isWaitingForPeer: Bool {
        guard case .open = machine.data else { return false }
        return machine.direction == .download ? !received.isPaused : unsentBytes > 0
    }
}
