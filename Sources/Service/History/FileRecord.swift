public import FileModel

/// What came of one file in one run.
public struct FileRecord: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable, CaseIterable {
        case ok, failed
        /// Left alone for a reason that is no failure.
        case skipped
    }

    public var path: RemotePath
    /// `copy`, `delete`, `rename`, …; `none` where nothing was done.
    public var action: String
    /// The side that was changed.
    public var side: String?
    public var bytes: Int64
    public var status: Status
    /// Of the error (`StorageError.Code`).
    public var code: String?
    /// One sentence about what went wrong, with the server's reply.
    public var message: String?
    public var time: Timestamp

    public init(
        path: RemotePath, action: String, side: String?, bytes: Int64, status: Status, code: String? = nil,
        message: String? = nil, at time: Timestamp
    ) {
        self.path = path
        self.action = action
        self.side = side
        self.bytes = bytes
        self.status = status
        self.code = code
        self.message = message
        self.time = time
    }
}
