import FileModel
import NIOCore

/// One channel more on a connection that is open: an SFTP subsystem of its own, with a window of its own.
final class SSHSibling {
    enum Stage {
        /// Others are being opened. → opening
        case waiting
        /// → starting, ended
        case opening
        /// The subsystem was asked for; bytes for it may follow at once, as servers do one thing after another.
        /// → open, closing
        case starting(SSHChannel)
        /// → closing
        case open(SSHChannel)
        /// The server's end is awaited. → ended
        case closing(SSHChannel)
        case ended
    }

    var stage = Stage.waiting
    var outgoing = SSHOutgoing()
    /// What its user sees of it, once the subsystem was asked for.
    var channel: SSHSiblingChannel?
    let ready: EventLoopPromise<SSHSiblingChannel>
    let failure: EventLoopPromise<StorageError?>
    /// Nobody waits for it any more, or needs it.
    var isUnwanted = false

    init(on loop: any EventLoop) {
        ready = loop.makePromise()
        failure = loop.makePromise()
    }

    /// Takes bytes.
    var writable: SSHChannel? {
        guard channel != nil else { return nil }
        switch stage {
        case .starting(let channel), .open(let channel): return channel
        case .waiting, .opening, .closing, .ended: return nil
        }
    }

    var isOpening: Bool { if case .opening = stage { true } else { false } }
    var isWaiting: Bool { if case .waiting = stage { true } else { false } }
    var hasEnded: Bool { if case .ended = stage { true } else { false } }

    /// Tells everybody that there is nothing more to come. Only the first call counts.
    func lose(_ error: StorageError?) {
        for promise in outgoing.takeAll() { promise.fail(ChannelError.ioOnClosedChannel) }
        ready.fail(error ?? StorageError(.cancelled, "the connection was closed"))
        failure.succeed(error)
        let channel = channel
        self.channel = nil
        channel?.ended()
    }
}
