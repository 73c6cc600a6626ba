import FileModel
import NIOCore

/// Explains the end of a program's output stream: waits for its exit status and its last words.
final class ProgramHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// How long the explanation may take.
    private static let patience = TimeAmount.seconds(1)

    private let reaper: ProgramReaper
    private let errors: ErrorLines
    private let errorsEnded: EventLoopFuture<Void>
    private let explain: (ProgramEnd?, [String]) -> StorageError
    private var isEnding = false

    /// - Parameter explain: makes the error from how the program ended, nil when it still runs, and what it wrote.
    init(
        reaper: ProgramReaper, errors: ErrorLines, errorsEnded: EventLoopFuture<Void>,
        explain: @escaping (ProgramEnd?, [String]) -> StorageError
    ) {
        self.reaper = reaper
        self.errors = errors
        self.errorsEnded = errorsEnded
        self.explain = explain
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        outputEnded(context)
    }

    /// A broken stream (ECONNRESET, EPIPE) means the same as its end.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        outputEnded(context)
    }

    private func outputEnded(_ context: ChannelHandlerContext) {
        guard !isEnding else { return }
        isEnding = true
        reaper.watch()
        let all = reaper.ended.and(errorsEnded)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let limit = context.eventLoop.scheduleTask(in: Self.patience) { bound.value.0.report(nil, bound.value.1) }
        all.whenComplete { result in
            limit.cancel()
            bound.value.0.report((try? result.get())?.0, bound.value.1)
        }
    }

    private func report(_ end: ProgramEnd?, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        context.fireErrorCaught(explain(end, errors.lines))
        context.close(promise: nil)
    }
}
