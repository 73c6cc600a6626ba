public import FileModel
import NIOCore
import SSH
import Synchronization
public import Transport

/// A connection to an SFTP server (version 3, draft-ietf-secsh-filexfer-02) with any number of requests in flight.
///
/// May be used from anywhere. Its session lives on one event loop; a call hands its requests over, all of them in one
/// turn, and is resumed with the answers. Order is guaranteed only between requests on one open file, and between
/// calls of which the second was made after the first returned.
///
/// Every call ends: with the answer, with `.timedOut`, at once with `.cancelled` when its task is cancelled, and with
/// `.connectionLost` when the connection ends. Paths are the server's own.
public final class SFTPConnection: Sendable {
    /// The server as messages name it.
    public let peer: String
    public let extensions: Set<SFTPExtension>
    public let limits: SFTPLimits
    /// Where relative paths start: the folder the server puts a login in.
    public let loginFolder: SFTPPath
    public let dialect: SFTPDialect
    /// Bytes that one READ asks for: the limit, or less where the server was seen to bring less.
    let readLength: Atomic<Int>
    /// Bytes of memory that one listing may come to.
    let listingLimit: Int
    /// How long the server took to answer, when the connection was made.
    public let roundTrip: Duration
    /// The event loop on which answers come in.
    public let taskExecutor: LoopTaskExecutor
    let timeout: Duration
    /// Further channels of the same connection.
    let siblings = SFTPSiblings()

    let session: SFTPSession
    let stream: SubsystemStream

    init(_ stream: SubsystemStream, _ session: SFTPSession, _ welcome: SFTPWelcome, listingLimit: Int) {
        self.stream = stream
        self.session = session
        taskExecutor = LoopTaskExecutor(session.loop)
        roundTrip = welcome.roundTrip
        timeout = welcome.timeout
        peer = stream.peer
        extensions = welcome.extensions
        limits = welcome.limits
        loginFolder = welcome.loginFolder
        dialect = welcome.dialect
        readLength = Atomic(welcome.limits.readLength)
        self.listingLimit = listingLimit
    }

    /// Whether the server announced an extension.
    public func offers(_ name: SFTPExtension) -> Bool { extensions.contains(name) }

    /// Whether the connection has ended, as far as this side knows.
    public var isClosed: Bool { !stream.channel.isActive }

    /// Ends the connection; calls under way fail with `.cancelled`. Returns when nothing is left of it.
    public func close() async {
        siblings.close()
        session.end(.closed)
        try? await stream.ended.get()
    }

    /// Calls `body` once, when the connection has ended for whatever reason, and at once if it already has.
    ///
    /// - Parameter body: gets nil after `close()`. Runs on the event loop and must not block.
    public func onClose(_ body: @escaping @Sendable (StorageError?) -> Void) {
        let handler = session.handler
        stream.ended.and(stream.failure).hop(to: session.loop).whenComplete { _ in
            let error = handler.value.ending
            body(error == .closed ? nil : error)
        }
    }

    /// Asks for something harmless, to show a sign of life and see one.
    public func keepAlive() async throws(StorageError) {
        _ = try await realpath(SFTPPath("."))
    }
}

extension StorageError {
    /// Calls under way when we ourselves close.
    static let closed = StorageError(.cancelled, "the connection was closed")
}
