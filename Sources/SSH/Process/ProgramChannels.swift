import FileModel
import Glibc
import NIOCore
import NIOPosix

/// Makes the channels to a program that was just started. Lives on the event loop.
struct ProgramChannels {
    /// How long the explanation of an end may take.
    private static let patience = TimeAmount.seconds(1)

    private let program: SpawnedProgram
    private let loop: any EventLoop
    private let reaper: NIOLoopBound<ProgramReaper>
    private let lines: NIOLoopBound<ErrorLines>
    private let explain: SubsystemStream.Explanation

    init(_ program: SpawnedProgram, loop: any EventLoop, _ explain: @escaping SubsystemStream.Explanation) {
        self.program = program
        self.loop = loop
        self.explain = explain
        reaper = NIOLoopBound(ProgramReaper(pid: program.pid, loop: loop), eventLoop: loop)
        lines = NIOLoopBound(ErrorLines(), eventLoop: loop)
    }

    /// Whatever becomes of it, the program is reaped.
    func connect(peer: String) -> EventLoopFuture<SubsystemStream> {
        let (reaper, streams) = (reaper, program.streams)
        let result = channel(program.errors, lines).flatMapError { error in
            close(streams)
            return loop.makeFailedFuture(error)
        }.flatMap { errors in
            channel(streams, nil).map { stream(peer, $0, errors) }
        }
        result.whenFailure { _ in reaper.value.expectEnd() }
        return result
    }

    private func channel(_ socket: CInt, _ handler: NIOLoopBound<ErrorLines>?) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let handler { try channel.pipeline.syncOperations.addHandler(handler.value) }
                }
            }
            .withConnectedSocket(socket)
    }

    private func stream(_ peer: String, _ channel: any Channel, _ errors: any Channel) -> SubsystemStream {
        let reaper = reaper
        channel.closeFuture.whenComplete { _ in reaper.value.expectEnd() }
        let failure = failure(errors)
        failure.whenComplete { _ in errors.close(promise: nil) }
        let ended = channel.closeFuture.and(reaper.value.ended).map { _ in }
        return SubsystemStream(channel: channel, peer: peer, ended: ended, failure: failure)
    }

    /// The program's last words, complete with its exit status if both come soon. (Something that it started may hold
    /// its standard errors open for ever.)
    private func failure(_ errors: any Channel) -> EventLoopFuture<StorageError?> {
        let (loop, reaper, lines, explain) = (loop, reaper, lines, explain)
        let promise = loop.makePromise(of: StorageError?.self)
        reaper.value.expected.whenComplete { _ in
            let limit = loop.scheduleTask(in: Self.patience) { promise.succeed(explain(nil, lines.value.lines)) }
            reaper.value.ended.and(errors.closeFuture).whenSuccess { end, _ in
                limit.cancel()
                promise.succeed(explain(end, lines.value.lines))
            }
        }
        return promise.futureResult
    }
}
