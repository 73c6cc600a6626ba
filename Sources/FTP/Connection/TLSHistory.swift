public import FileModel
import Synchronization

/// Whether a server was ever seen to offer TLS. Its answers may lie in a file, so they are not waited for on an event loop.
///
/// Whoever sits in between can answer AUTH with a refusal, and the password would follow in clear. A server that
/// agreed to AUTH once is therefore held to it.
public protocol TLSHistory: Sendable {
    /// Asked before each login with `if-available`.
    @concurrent func offeredBefore() async throws(StorageError) -> Bool

    /// The server has agreed to AUTH; told before the handshake, whatever becomes of that.
    @concurrent func offered() async throws(StorageError)

    /// `if-available` goes on in clear; told before the password is sent.
    @concurrent func goesOnInClear() async throws(StorageError)

    /// What to do when the server really offers TLS no more: the end of a sentence.
    var remedy: String { get }
}

/// Remembers as long as it lives.
public final class TLSHistoryInMemory: TLSHistory {
    private let wasOffered = Mutex(false)

    public init() {}

    public func offeredBefore() async -> Bool { wasOffered.withLock { $0 } }
    public func offered() async { wasOffered.withLock { $0 = true } }
    public func goesOnInClear() async {}
    public var remedy: String { "set mode = \"never\" in [remote.tls]" }
}
