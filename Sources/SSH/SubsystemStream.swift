public import FileModel
public import NIOCore
public import Transport

/// A stream of bytes to and from a server's SFTP subsystem, however it is reached.
///
/// What is read from and written to `channel` (as `ByteBuffer`) are the subsystem's own bytes.
public struct SubsystemStream: Sendable {
    public let channel: any Channel
    /// The server as messages name it: `sftp.example.com:22`.
    public let peer: String
    /// The server's identification (RFC 4253 §4.2), such as `SSH-2.0-OpenSSH_9.2`; nil where the transport hides it.
    public let software: String?
    /// Succeeds when nothing is left of the connection: the socket is closed, a child process has ended.
    public let ended: EventLoopFuture<Void>
    /// Succeeds within a second after the channel was closed, with the reason as far as the transport knows it: the
    /// server's farewell, the last words of a program.
    public let failure: EventLoopFuture<StorageError?>
    /// Tells what goes over it.
    public var log: WireConnection?
    /// Opens one more stream to the server's SFTP subsystem over the same connection, which ends with it; nil where the
    /// way to the server carries one.
    ///
    /// - Throws: `.connectionLost` when the server refuses it, `.cancelled`.
    public var openSibling: (@Sendable () async throws(StorageError) -> SubsystemStream)?

    /// - Parameters:
    ///   - ended: nil: when the channel is closed.
    ///   - failure: nil: no reason is known.
    public init(
        channel: any Channel, peer: String, software: String? = nil, ended: EventLoopFuture<Void>? = nil,
        failure: EventLoopFuture<StorageError?>? = nil, log: WireConnection? = nil
    ) {
        self.channel = channel
        self.peer = peer
        self.software = software
        self.ended = ended ?? channel.closeFuture
        self.failure = failure ?? channel.closeFuture.map { nil }
        self.log = log
    }
}
