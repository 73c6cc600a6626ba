public import FileModel
public import NIOCore
import Synchronization
import Transport

extension SubsystemStream {
    /// Connects to a server through libssh2, checks its host key, logs in and starts its SFTP subsystem.
    ///
    /// - Throws: what `Dialer` throws; `.timedOut`; `.hostKeyRejected`, before anything about the login was sent;
    ///   `.loginFailed`; `.configuration` when there is no SFTP subsystem or a file cannot be read.
    public static func ssh(
        _ settings: SSHSettings, on loop: any EventLoop
    ) async throws(StorageError) -> SubsystemStream {
        try await ssh(settings, verifier: try await .make(settings), on: loop)
    }

    static func ssh(
        _ settings: SSHSettings, verifier: HostKeyVerifier, on loop: any EventLoop
    ) async throws(StorageError) -> SubsystemStream {
        let peer = settings.endpoint.description
        let log = settings.log?.connection()
        log?.note("connecting to \(peer)\(settings.dial.proxy.map { " through \($0)" } ?? "")")
        let attempts = SSHAttempts(log)
        let channel = try await Dialer(settings.dial, observer: settings.observer).connect(
            to: settings.endpoint, on: loop
        ) { channel in
            attempts.configure(channel, settings, verifier)
        }
        let (ready, failure) = attempts.promises(of: channel)
        let software: String?
        do {
            software = try await withTaskCancellationHandler {
                try await ready.futureResult.get()
            } onCancel: {
                ready.fail(StorageError.cancelled)
            }
        } catch {
            channel.close(promise: nil)
            throw named(.wrapping(error), peer)
        }
        var stream = SubsystemStream(
            channel: channel, peer: peer, software: software,
            failure: failure.futureResult.map { $0.map { named($0, peer) } }, log: log)
        let base = stream
        stream.openSibling = { () async throws(StorageError) in
            try await sibling(of: base, within: settings.loginTimeout)
        }
        return stream
    }

    private static func sibling(
        of stream: SubsystemStream, within time: Duration
    ) async throws(StorageError) -> SubsystemStream {
        let channel = stream.channel
        do {
            let (ready, failure) = try await channel.eventLoop.submit {
                let handler = try channel.pipeline.syncOperations.handler(type: SSHHandler.self)
                let sibling = handler.openSibling(on: channel.eventLoop)
                let bound = NIOLoopBound((handler, sibling), eventLoop: channel.eventLoop)
                let limit = channel.eventLoop.scheduleTask(in: TimeAmount(time)) {
                    bound.value.0.closeSibling(bound.value.1)
                }
                sibling.ready.futureResult.whenComplete { _ in limit.cancel() }
                return (sibling.ready.futureResult, sibling.failure.futureResult)
            }.get()
            return SubsystemStream(
                channel: try await ready.get(), peer: stream.peer, software: stream.software,
                failure: failure.map { $0.map { named($0, stream.peer) } }, log: stream.log)
        } catch {
            throw named(.wrapping(error), stream.peer)
        }
    }

    /// The session's own errors speak of "the server"; the user may have several.
    private static func named(_ error: StorageError, _ peer: String) -> StorageError {
        guard error.code != .cancelled, !error.message.contains(peer) else { return error }
        return StorageError(error.code, "\(peer): \(error.message)", serverReply: error.serverReply)
    }
}

/// The channels that one dial makes: several addresses may be tried at once, and one wins.
///
/// Each gets a session of its own from its first byte on, so that nothing a server says is missed; those of the losers
/// end with their channels.
private final class SSHAttempts: Sendable {
    typealias Promises = (ready: EventLoopPromise<String?>, failure: EventLoopPromise<StorageError?>)

    private let log: WireConnection?
    private let made = Mutex<[ObjectIdentifier: Promises]>([:])

    init(_ log: WireConnection?) { self.log = log }

    func configure(
        _ channel: any Channel, _ settings: SSHSettings, _ verifier: HostKeyVerifier
    ) -> EventLoopFuture<Void> {
        let promises: Promises = (channel.eventLoop.makePromise(), channel.eventLoop.makePromise())
        made.withLock { $0[ObjectIdentifier(channel)] = promises }
        let buffers = AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16_384, maximum: 256 * 1024)
        return channel.setOption(.recvAllocator, value: buffers).flatMapThrowing {
            let handler = SSHHandler(
                settings, verifier: verifier, log: self.log, ready: promises.ready, failure: promises.failure)
            try channel.pipeline.syncOperations.addHandler(handler)
        }.flatMapErrorThrowing { error in
            promises.ready.fail(error)
            promises.failure.succeed(nil)
            throw error
        }
    }

    func promises(of channel: any Channel) -> Promises {
        guard let promises = made.withLock({ $0[ObjectIdentifier(channel)] }) else {
            preconditionFailure("the dialer returned a channel that it had not configured")
        }
        return promises
    }
}
