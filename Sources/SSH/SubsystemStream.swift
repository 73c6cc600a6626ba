public import NIOCore

/// A stream of bytes to and from a server's SFTP subsystem, however it is reached.
///
/// What is read from and written to `channel` (as `ByteBuffer`) are the subsystem's own bytes. A transport that knows
/// why the stream ended fires a `StorageError` through the pipeline before the channel becomes inactive.
public struct SubsystemStream: Sendable {
    public let channel: any Channel
    /// The server as messages name it: `sftp.example.com:22`.
    public let peer: String
    /// Succeeds when nothing is left of the connection: the socket is closed, a child process has ended.
    public let ended: EventLoopFuture<Void>

    public init(channel: any Channel, peer: String, ended: EventLoopFuture<Void>? = nil) {
        self.channel = channel
        self.peer = peer
        self.ended = ended ?? channel.closeFuture
    }
}
