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
        /// Nil for the greeting.
        let command: Command?
        let limit: Duration
        let isTransfer: Bool
        var receiver: Receiver
    }

    var parser = ReplyParser()
    var queue = CommandQueue()
    var waiting: [CommandQueue.Ticket: Waiting] = [:]
    private let replyClock = ReplyClock()
    private var answerTimes = AnswerTimes()
    /// The shortest time that the server took for an answer, about a round trip; nil before the first.
    var shortestAnswer: Duration? { answerTimes.shortest }
    /// Whether a command is sent only when the one before it has its last reply.
    var isSerial = false
    private var unsent = CircularBuffer<(ticket: CommandQueue.Ticket, command: Command)>()
    /// Lines that leave together.
    private var lines = ByteBuffer()
    private var isGathering = false
    private(set) var context: ChannelHandlerContext?
    var tls: TLSSession?
    var gate: ReadingGate
    /// How names are encoded; known after the greeting.
    var doublesIAC = true
    let log: WireConnection?
    private let observer: ConnectionObserver?
    /// The greeting, which may come at any time from now on.
    let greeting = ReplyInbox()
    private let greetingLimit: Duration
    /// Called once, when the session is over; nil after an orderly end.
    var onEnd: ((StorageError?) -> Void)?
    var isEnded: Bool { endReason != nil }
    private(set) var endReason: StorageError?
    private var endsInOrder = false

    init(_ settings: FTPSettings, log: WireConnection?) {
        self.log = log
        observer = settings.observer
        gate = ReadingGate(isImplicit: settings.security.mode == .implicit)
        greetingLimit = settings.timeouts.command
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        replyClock.onExpiry = { [weak self] in self?.expired() }
        expectReply(to: nil, limit: greetingLimit) { [greeting] in greeting.take($0) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Commands

    /// Sends a command; `receiver` gets its replies, or the error that ended the session.
    ///
    /// - Parameters:
    ///   - limit: for the first reply, and for each one after it unless `isTransfer`.
    ///   - isTransfer: after a preliminary reply, the end may take as long as the data takes.
    ///   - isUrgent: not held back by `isSerial` (ABOR).
    @discardableResult
    func send(
        _ command: Command, limit: Duration, isTransfer: Bool = false, isUrgent: Bool = false,
        receiver: @escaping Receiver
    ) -> CommandQueue.Ticket {
        let ticket = expectReply(to: command, limit: limit, isTransfer: isTransfer, receiver: receiver)
        if isSerial && !isUrgent && queue.front != ticket {
            unsent.append((ticket, command))
        } else {
            write(command, ticket)
        }
        return ticket
    }

    /// From here to `sendGathered` commands wait, so that they leave in one piece: one system call, one packet, one TLS
    /// record.
    func gather() { isGathering = true }

    func sendGathered() {
        isGathering = false
        flush()
    }

    private func write(_ command: Command, _ ticket: CommandQueue.Ticket) {
        guard !isEnded, context != nil else { return }
        log?.sent(command.description)
        if queue.front == ticket { answerTimes.asked(ticket) }
        gate.sent(command, ticket)
        command.encode(into: &lines, doublingIAC: doublesIAC)
        if !isGathering { flush() }
    }

    private func flush() {
        guard let context, lines.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(lines), promise: nil)
        lines.clear()
    }

    private func writeHeldBack() {
        guard let next = unsent.first, queue.front == next.ticket else { return }
        unsent.removeFirst()
        write(next.command, next.ticket)
    }

    @discardableResult
    private func expectReply(
        to command: Command?, limit: Duration, isTransfer: Bool = false, receiver: @escaping Receiver
    ) -> CommandQueue.Ticket {
        let ticket = queue.sent(isTransfer: isTransfer)
        if let endReason {
            receiver(.failure(endReason))
            return ticket
        }
        waiting[ticket] = Waiting(command: command, limit: limit, isTransfer: isTransfer, receiver: receiver)
        if queue.front == ticket { armDeadline() }
        return ticket
    }

    /// Nobody waits for this reply any more; it is dropped when it comes.
    func abandon(_ ticket: CommandQueue.Ticket) {
        waiting[ticket]?.receiver = { _ in }
    }

    /// The command is being carried out, although the server has not said so: its end may take as long as the data.
    func assumeUnderWay(_ ticket: CommandQueue.Ticket) {
        if queue.front == ticket { replyClock.stop() }
    }

    /// The transfer of this command was broken off.
    func brokenOff(_ ticket: CommandQueue.Ticket) { queue.brokenOff(ticket) }

    // MARK: Replies

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let violation = gate.violation { return end(violation) }
        parser.append(unwrapInboundIn(data))
        do throws(StorageError) {
            while !isEnded, !gate.isClosed, let reply = try parser.next() { take(reply) }
            if parser.isMidReply, let violation = gate.violation { end(violation) }
        } catch {
            end(error)
        }
    }

    private func take(_ reply: Reply) {
        let reply = maskingSecret(in: reply)
        log?.received("\(reply)")
        let front = queue.front
        switch queue.replyReceived(reply) {
        case .end(let error):
            end(error)
        case .deliver(let ticket, let reply, let isFinal):
            answerTimes.answered(ticket)
            // A denial comes before the reply to the transfer, which may take as long as before.
            if ticket == front { armDeadline() }
            if isFinal { gate.replied(to: ticket, reply) }
            if let observer, let waiting = waiting[ticket] {
                observer(.replied(to: waiting.command?.description ?? "", "\(reply)"))
            }
            if isFinal { writeHeldBack() }
            guard let command = isFinal ? waiting.removeValue(forKey: ticket) : waiting[ticket] else { return }
            command.receiver(.success(Answer(reply: reply, isFinal: isFinal)))
            if !isFinal && command.isTransfer { replyClock.stop() }
        }
    }

    // MARK: Time

    /// (Re)starts the limit of the command whose reply comes next.
    private func armDeadline() {
        guard let front = queue.front, let command = waiting[front], let loop = context?.eventLoop else {
            return replyClock.stop()
        }
        replyClock.start(command.limit, on: loop)
    }

    private func expired() {
        guard let late = queue.front.flatMap({ waiting[$0] }) else { return }
        let asked = late.command?.verb ?? "the connection with a greeting"
        end(StorageError(.timedOut, "the server did not answer \(asked) within \(late.limit.inSeconds)"))
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
        // After CCC the server may end TLS right behind its reply.
        if event is TLSInputClosed, !gate.isClosed {
            end(StorageError(.connectionLost, "the server closed the connection"))
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Ends the session: fails all that waits, closes the channel, tells the observer. A second call does nothing.
    func end(_ error: StorageError) {
        guard !isEnded else { return }
        endReason = error
        replyClock.end()
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
