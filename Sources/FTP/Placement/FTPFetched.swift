public import FileModel
public import NIOCore

/// A small file as it came.
public struct FTPFetched: Sendable {
    public enum Look: Sendable {
        /// nil where the server tells them only in a listing.
        case attributes(FileAttributes?)
        case pending(PendingLook)
    }

    public var content: ByteBuffer
    public var look: Look
    /// The content is whole only if the look shows its size.
    public var needsProof = false
}

/// A look at a file whose answer is under way.
public final class PendingLook: Sendable {
    public let path: RemotePath
    let flight: Flight
    let inbox: NIOLoopBound<ReplyInbox>

    init(_ path: RemotePath, _ flight: Flight, _ inbox: NIOLoopBound<ReplyInbox>) {
        self.path = path
        self.flight = flight
        self.inbox = inbox
    }
}
