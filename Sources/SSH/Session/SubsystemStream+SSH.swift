public import FileModel
public import NIOCore
import Transport

extension SubsystemStream {
    /// Connects to a server through libssh2, checks its host key, logs in and starts its SFTP subsystem.
    ///
    /// - Throws: what `Dialer` throws; `.timedOut`; `.hostKeyRejected`, before anything about the login was sent;
    ///   `.loginFailed`; `.configuration` when there is no SFTP subsystem or a file cannot be read.
    public static func ssh(
        _ settings: SSHSettings, on loop: any EventLoop
    ) async throws(StorageError) -> SubsystemStream {
        let peer = settings.endpoint.description
        let verifier = try await SSHThreads.run { try HostKeyVerifier(settings.hostKeys, endpoint: settings.endpoint) }
        let channel = try await Dialer(settings.dial).connect(to: settings.endpoint, on: loop) { channel in
            // Several addresses may be tried at once; the one that wins gets the session, and nothing is read before.
            channel.setOption(.autoRead, value: false)
        }
        let ready = loop.makePromise(of: Void.self)
        loop.execute { start(channel, settings, verifier, ready) }
        do {
            try await withTaskCancellationHandler {
                try await ready.futureResult.get()
            } onCancel: {
                ready.fail(StorageError.cancelled)
            }
            return SubsystemStream(channel: channel, peer: peer)
        } catch {
            channel.close(promise: nil)
            throw named(.wrapping(error), peer)
        }
    }

    private static func start(
        _ channel: any Channel, _ settings: SSHSettings, _ verifier: HostKeyVerifier, _ ready: EventLoopPromise<Void>
    ) {
        let buffers = AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16_384, maximum: 256 * 1024)
        do {
            try channel.syncOptions?.setOption(.recvAllocator, value: buffers)
            let handler = SSHHandler(settings, verifier: verifier, ready: ready)
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            ready.fail(error)
        }
    }

    /// The session's own errors speak of "the server"; the user may have several.
    private static func named(_ error: StorageError, _ peer: String) -> StorageError {
        guard error.code != .cancelled, !error.message.contains(peer) else { return error }
        return StorageError(error.code, "\(peer): \(error.message)", serverReply: error.serverReply)
    }
}
