public import FileModel
import Glibc
public import NIOCore
import NIOPosix

extension SubsystemStream {
    /// Makes an error from how a program ended, nil when it still runs, and what it wrote to its standard errors.
    typealias Explanation = @Sendable (ProgramEnd?, [String]) -> StorageError

    /// Runs a program that speaks SFTP on its standard streams, such as `/usr/lib/openssh/sftp-server`.
    ///
    /// - Parameters:
    ///   - command: the program and its arguments; no shell reads them.
    ///   - peer: how messages name what answers.
    /// - Throws: `.configuration` when the program cannot be started.
    public static func running(
        _ command: [String], peer: String, on loop: any EventLoop
    ) async throws(StorageError) -> SubsystemStream {
        let name = command.first ?? ""
        return try await running(command, peer: peer, on: loop) { end, lines in
            let how = end.map { " (\($0))" } ?? ""
            let words = lines.last.map { ": \($0)" } ?? ""
            return StorageError(.connectionLost, "'\(name)' ended the connection\(how)\(words)")
        }
    }

    static func running(
        _ command: [String], peer: String, on loop: any EventLoop, explain: @escaping Explanation
    ) async throws(StorageError) -> SubsystemStream {
        guard !command.isEmpty else { throw StorageError(.configuration, "the command to run is empty") }
        let program = try SpawnedProgram.start(command)
        do {
            let start = loop.flatSubmit { ProgramChannels(program, loop: loop).connect(explain) }
            let (channel, ended) = try await start.get()
            return SubsystemStream(channel: channel, peer: peer, ended: ended)
        } catch {
            throw StorageError(.connectionLost, "cannot talk to '\(command[0])': \(error)")
        }
    }
}

/// The channels to a program, being made. Lives on the event loop.
private struct ProgramChannels {
    let program: SpawnedProgram
    let loop: any EventLoop
    let reaper: NIOLoopBound<ProgramReaper>
    let lines: NIOLoopBound<ErrorLines>

    init(_ program: SpawnedProgram, loop: any EventLoop) {
        self.program = program
        self.loop = loop
        reaper = NIOLoopBound(ProgramReaper(pid: program.pid, loop: loop), eventLoop: loop)
        lines = NIOLoopBound(ErrorLines(), eventLoop: loop)
    }

    /// - Returns: the channel of its standard input and output, and a future for the end of all of it.
    func connect(
        _ explain: @escaping SubsystemStream.Explanation
    ) -> EventLoopFuture<(any Channel, EventLoopFuture<Void>)> {
        let (program, reaper) = (program, reaper)
        let errors = errorChannel()
        errors.whenFailure { _ in close(program.streams) }
        let result = errors.flatMap { errors in
            streamChannel(errors, explain).map { channel in
                channel.closeFuture.whenComplete { _ in reaper.value.expectEnd() }
                let ended = channel.closeFuture.and(reaper.value.ended).map { _ in }
                ended.whenComplete { _ in errors.close(promise: nil) }
                return (channel, ended)
            }
        }
        result.whenFailure { _ in reaper.value.expectEnd() }
        return result
    }

    private func errorChannel() -> EventLoopFuture<any Channel> {
        let lines = lines
        return ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(lines.value) }
            }
            .withConnectedSocket(program.errors)
    }

    private func streamChannel(
        _ errors: any Channel, _ explain: @escaping SubsystemStream.Explanation
    ) -> EventLoopFuture<any Channel> {
        let (reaper, lines) = (reaper, lines)
        return ClientBootstrap(group: loop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ProgramHandler(
                        reaper: reaper.value, errors: lines.value, errorsEnded: errors.closeFuture, explain: explain)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .withConnectedSocket(program.streams)
    }
}
