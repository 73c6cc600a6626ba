public import FileModel
public import NIOCore

/// A small file as it came.
public struct FTPFetched: Sendable {
    public enum Look: Sendable {
        /// nil where the server tells them only in a listing.
        case attributes(FileAttributes?)
        case pending(PendingFlight)
    }

    public var content: ByteBuffer
    public var look: Look
    /// The content is whole only if the look shows its size.
    public var needsProof = false
}
