import FileModel
import NIOCore
import Transport

/// The session of one connection, at the end of its channel's pipeline. Lives on the channel's event loop only.
///
/// Requests that are submitted in one turn of the loop leave in one write.
final class SFTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Completion = (Result<SFTPReply, StorageError>) -> Void

    private enum State {
        case idle
        case greeting(EventLoopPromise<SFTPVersion>)
        case open
        case ended(StorageError)
    }

    /// Bytes handed to the channel that have not left it yet; further requests wait in the pipeline, where urgent ones
    /// can overtake.
    private static let maximumUnwritten = 1 << 20

    private let peer: String
    private let failure: EventLoopFuture<StorageError?>
    private let timeout: Duration
    private let log: WireConnection?
    private let presumesVersion: Bool
    private var state = State.idle
    private var framer = SFTPFramer()
    private var pipeline: SFTPRequestPipeline<Completion>
    private var context: ChannelHandlerContext?
    private var unwritten = 0
    private var isFlushScheduled = false
    private var check: Scheduled<Void>?
    private var unreported = 0

    /// - Parameters:
    ///   - peer: the server, as messages name it.
    ///   - failure: why the stream ended, soon after it did.
    ///   - presumesVersion: requests need not wait for the answer to INIT, because the server's version is known.
    init(
        peer: String, failure: EventLoopFuture<StorageError?>, timeout: Duration, log: WireConnection?,
        presumesVersion: Bool = false
    ) {
        self.peer = peer
        self.failure = failure
        self.timeout = timeout
        self.log = log
        self.presumesVersion = presumesVersion
        pipeline = SFTPRequestPipeline(timeout: TimeAmount(timeout))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        streamEnded(context)
        self.context = nil
    }

    // MARK: Requests

    /// Sends INIT. The version is known before any request may be submitted.
    func greet(_ promise: EventLoopPromise<SFTPVersion>) {
        guard case .idle = state, let context, context.channel.isActive else {
            if case .ended(let error) = state { return promise.fail(error) }
            state = .greeting(promise)
            return
        }
        state = .greeting(promise)
        var packet = context.channel.allocator.buffer(capacity: 16)
        SFTPRequest.encodeInitialize(into: &packet)
        log?.sent("INIT 3")
        context.writeAndFlush(wrapOutboundOut(packet), promise: nil)
        if presumesVersion { scheduleFlush() }
    }

    private var maySend: Bool {
        switch state {
        case .open: true
        case .greeting: presumesVersion
        case .idle, .ended: false
        }
    }

    /// Sends a request; `completion` is called once, on the loop.
    ///
    /// - Returns: what `cancel` takes; nil when the completion was called already.
    func submit(_ request: SFTPRequest, _ completion: Completion?) -> UInt32? {
        if case .ended(let error) = state {
            completion?(.failure(error))
            return nil
        }
        let id = pipeline.submit(request, completion, now: .now())
        scheduleFlush()
        scheduleCheck()
        return id
    }

    /// Calls the completion with `.cancelled`, unless the reply was faster. A late reply is swallowed, a file that it
    /// opened is closed.
    func cancel(_ id: UInt32) {
        pipeline.cancel(id)?(.failure(.cancelled))
    }

    /// Fails all that is under way and closes the channel.
    func end(_ error: StorageError) {
        if case .ended = state { return }
        let previous = state
        state = .ended(error)
        check?.cancel()
        if case .greeting(let promise) = previous { promise.fail(error) }
        for completion in pipeline.drain() { completion(.failure(error)) }
        context?.close(promise: nil)
    }

    /// Why the connection ended; nil while it has not.
    var ending: StorageError? {
        if case .ended(let error) = state { error } else { nil }
    }

    private func lost() -> StorageError {
        StorageError(.connectionLost, "the connection to \(peer) was lost")
    }

    // MARK: Sending

    private func scheduleFlush() {
        guard !isFlushScheduled, let context else { return }
        isFlushScheduled = true
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute { bound.value.flush() }
    }

    private func flush() {
        isFlushScheduled = false
        guard let context, maySend, unwritten < Self.maximumUnwritten else { return }
        let now = NIODeadline.now()
        var batch = context.channel.allocator.buffer(capacity: 4096)
        while unwritten + batch.readableBytes < Self.maximumUnwritten, let next = pipeline.nextToSend(now: now) {
            batch.reserveCapacity(minimumWritableBytes: next.request.approximateSize)
            next.request.encode(id: next.id, into: &batch)
            log?.sent("\(next.id) \(next.request)")
        }
        let count = batch.readableBytes
        guard count > 0 else { return }
        unwritten += count
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        // A write that failed is the end of the connection, which comes by itself.
        written.futureResult.whenSuccess { bound.value.wrote(count) }
        context.writeAndFlush(wrapOutboundOut(batch), promise: written)
    }

    private func wrote(_ count: Int) {
        unwritten -= count
        pipeline.progressed(now: .now())
        flush()
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ended = state { return }
        let bytes = unwrapInboundIn(data)
        report(bytes.readableBytes)
        framer.append(bytes)
        do throws(StorageError) {
            while let packet = try framer.next() { try received(packet) }
        } catch {
            end(error)
        }
    }

    /// A trickle of bytes is no progress: it takes a packet, or some kilobytes of one.
    private func report(_ count: Int) {
        unreported += count
        guard unreported >= 4096 else { return }
        unreported = 0
        pipeline.progressed(now: .now())
    }

    private func received(_ packet: ByteBuffer) throws(StorageError) {
        switch state {
        case .greeting(let promise):
            let version = try SFTPVersion.decode(packet)
            state = .open
            log?.received("VERSION \(version.version) \(version.extensions.keys.map(\.name).sorted())")
            promise.succeed(version)
        case .open:
            try replyReceived(packet)
        case .idle, .ended:
            break
        }
    }

    private func replyReceived(_ packet: ByteBuffer) throws(StorageError) {
        let (id, reply) = try SFTPReply.decode(packet)
        log?.received("\(id) \(reply)")
        switch pipeline.replyReceived(id, reply, now: .now()) {
        case .deliver(let completion): completion(.success(reply))
        case .swallow: break
        case .close(let handle): _ = submit(.close(handle), nil)
        case .unknown: throw .violation("it answered a request that was not made")
        }
    }

    /// A broken stream (ECONNRESET, EPIPE) means the same as its end.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        streamEnded(context)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        streamEnded(context)
        context.fireChannelInactive()
    }

    /// What is under way fails with the transport's words, which come a moment later.
    private func streamEnded(_ context: ChannelHandlerContext) {
        if case .ended = state { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        failure.hop(to: context.eventLoop).whenComplete { result in
            bound.value.end((try? result.get()) ?? bound.value.lost())
        }
    }

    // MARK: Time limits

    private func scheduleCheck() {
        guard check == nil, let context, let time = pipeline.nextCheck(now: .now()) else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleTask(deadline: time) { bound.value.checkTimes() }
    }

    private func checkTimes() {
        check = nil
        switch pipeline.check(now: .now()) {
        case .none: break
        case .overtaken(let completions):
            for completion in completions { completion(.failure(timedOut("the request"))) }
        case .stalled: end(timedOut("requests"))
        }
        scheduleCheck()
    }

    private func timedOut(_ what: String) -> StorageError {
        StorageError(.timedOut, "\(peer) did not answer \(what) within \(timeout.inSeconds)")
    }
}
