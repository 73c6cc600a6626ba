import FileModel
import NIOCore
import TLS
import Transport

/// The control connection's end of the channel pipeline: commands out, replies in, each wait with its end.
///
/// Belongs to the connection's event loop.
final class ControlChannel: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Receiver = (Result<Answer, StorageError>) -> Void

    /// A reply to one command.
    struct Answer {
        let reply: Reply
        /// Whether no other reply to the command follows.
        let isFinal: Bool
    }

    struct Waiting {
        let name: String
        let limit: Duration
        let isTransfer: Bool
        /// What the command gave away, and no error may repeat.
        var secret: [UInt8]?
        var receiver: Receiver
    }

    var parser = ReplyParser()
    var queue = CommandQueue()
    var waiting: [CommandQueue.Ticket: Waiting] = [:]
    var deadline: Scheduled<Void>?
    private var context: ChannelHandlerContext?
    private(set) var tls: TLSSession?
    /// How names are encoded; known after the greeting.
    var doublesIAC = true
    let log: WireConnection?
    /// The greeting, which may come at any time from now on.
    let greeting = ReplyInbox()
    private let greetingLimit: Duration
    /// Called once, when the session is over; nil after an orderly end.
    var onEnd: ((StorageError?) -> Void)?
    var isEnded: Bool { endReason != nil }
    private(set) var endReason: StorageError?
    private var endsInOrder = false

    init(greetingLimit: Duration, log: WireConnection?) {
        self.log = log
        self.greetingLimit = greetingLimit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        expectReply(to: Self.greetingName, limit: greetingLimit) { [greeting] in greeting.take($0) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Commands

    /// Sends a command; `receiver` gets its replies, or the error that ended the session.
    ///
    /// - Parameters:
    ///   - limit: for the first reply, and for each one after it unless `isTransfer`.
    ///   - isTransfer: after a preliminary reply, the end may take as long as the data takes.
    @discardableResult
    func send(
        _ command: Command, limit: Duration, isTransfer: Bool = false, receiver: @escaping Receiver
    ) -> CommandQueue.Ticket {
        let ticket = expectReply(
            to: command.description, limit: limit, isTransfer: isTransfer, secret: command.secret, receiver: receiver)
        guard !isEnded, let context else { return ticket }
        log?.sent(command.description)
        var line = context.channel.allocator.buffer(capacity: 64)
        command.encode(into: &line, doublingIAC: doublesIAC)
        context.writeAndFlush(wrapOutboundOut(line), promise: nil)
        return ticket
    }

    @discardableResult
    private func expectReply(
        to name: String, limit: Duration, isTransfer: Bool = false, secret: [UInt8]? = nil,
        receiver: @escaping Receiver
    ) -> CommandQueue.Ticket {
        let ticket = queue.sent(name)
        if let endReason {
            receiver(.failure(endReason))
            return ticket
        }
        waiting[ticket] = Waiting(
            name: name, limit: limit, isTransfer: isTransfer, secret: secret, receiver: receiver)
        if queue.front == ticket { armDeadline() }
        return ticket
    }

    /// Nobody waits for this reply any more; it is dropped when it comes.
    func abandon(_ ticket: CommandQueue.Ticket) {
        waiting[ticket]?.receiver = { _ in }
    }

    /// The transfer of this command was broken off.
    func brokenOff(_ ticket: CommandQueue.Ticket) { queue.brokenOff(ticket) }

    // MARK: TLS

    /// Starts TLS at once.
    ///
    /// - Returns: a future for the end of the handshake; fails with `.protocolViolation` when bytes came in clear after
    ///   the reply to AUTH: somebody in the middle may have put them there to be taken for protected ones.
    func startTLS(_ session: TLSSession, isAfterAUTH: Bool) -> EventLoopFuture<Void>? {
        guard let context, !isEnded else { return nil }
        let promise = context.eventLoop.makePromise(of: Void.self)
        guard !isAfterAUTH || (!parser.isMidReply && queue.isEmpty) else {
            let error = StorageError(
                .protocolViolation, "the server sent bytes in clear between AUTH and TLS; the connection was ended")
            promise.fail(error)
            end(error)
            return promise.futureResult
        }
        tls = session
        do {
            let handler = TLSHandler(session, handshake: promise)
            try context.pipeline.syncOperations.addHandler(handler, position: .first)
        } catch {
            promise.fail(error)
        }
        return promise.futureResult
    }

    // MARK: Replies

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data))
        do throws(StorageError) {
            while !isEnded, let reply = try parser.next() { take(reply) }
        } catch {
            end(error)
        }
    }

    private func take(_ reply: Reply) {
        let reply = maskingSecret(in: reply)
        log?.received("\(reply)")
        switch queue.replyReceived(reply) {
        case .end(let error):
            end(error)
        case .deliver(let ticket, let reply, let isFinal):
            armDeadline()
            guard let command = isFinal ? waiting.removeValue(forKey: ticket) : waiting[ticket] else { return }
            command.receiver(.success(Answer(reply: reply, isFinal: isFinal)))
            if !isFinal && command.isTransfer { deadline?.cancel() }
        }
    }

    /// A server that answers `PASS` with the password in its words would put it into errors and logs.
    private func maskingSecret(in reply: Reply) -> Reply {
        guard let secret = queue.front.flatMap({ waiting[$0]?.secret }) else { return reply }
        return Reply(code: reply.code, lines: reply.lines.map { SecretMask.masked($0, hiding: secret) ?? $0 })
    }

    // MARK: Time

    /// (Re)starts the limit of the command whose reply comes next.
    private func armDeadline() {
        deadline?.cancel()
        deadline = nil
        guard let front = queue.front, let command = waiting[front], let loop = context?.eventLoop else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        let (name, limit) = (command.name, command.limit)
        deadline = loop.scheduleTask(in: TimeAmount(limit)) { bound.value.expired(name, limit) }
    }

    private func expired(_ name: String, _ limit: Duration) {
        end(StorageError(.timedOut, "the server did not answer \(Self.verb(name)) within \(limit.inSeconds)"))
    }

    private static let greetingName = "the connection with a greeting"

    private static func verb(_ name: String) -> Substring {
        name == greetingName ? name[...] : name.prefix { $0 != " " }
    }

    // MARK: End

    /// The next end is ours: it is no error to anybody.
    func expectEnd() { endsInOrder = true }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(Self.translate(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(StorageError(.connectionLost, "the server closed the connection"))
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSInputClosed { end(StorageError(.connectionLost, "the server closed the connection")) }
        context.fireUserInboundEventTriggered(event)
    }

    /// Ends the session: fails all that waits, closes the channel, tells the observer. A second call does nothing.
    func end(_ error: StorageError) {
        guard !isEnded else { return }
        endReason = error
        deadline?.cancel()
        let tickets = queue.ended()
        let failed = tickets.compactMap { waiting.removeValue(forKey: $0) }
        waiting = [:]
        context?.close(promise: nil)
        for command in failed { command.receiver(.failure(error)) }
        onEnd?(endsInOrder ? nil : error)
        onEnd = nil
    }

    static func translate(_ error: any Error) -> StorageError {
        if let error = error as? StorageError { return error }
        return StorageError(.connectionLost, "the connection to the server broke: \(error)")
    }
}

@available(*, unavailable)
extension ControlChannel: Sendable {}
