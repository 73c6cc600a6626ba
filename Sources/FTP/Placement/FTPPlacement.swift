public import FileModel
public import NIOCore

/// A small file to be stored: paths as the server names them.
public struct FTPPlacement: Sendable {
    public var temporary: RemotePath
    public var target: RemotePath
    public var content: ByteBuffer
    public var modified: Timestamp?
    public var permissions: UInt16?
    /// Whether what has the target's name may be replaced.
    public var replaces: Bool

    public init(
        _ content: ByteBuffer, temporary: RemotePath, target: RemotePath, modified: Timestamp?, permissions: UInt16?,
        replaces: Bool
    ) {
        self.content = content
        self.temporary = temporary
        self.target = target
        self.modified = modified
        self.permissions = permissions
        self.replaces = replaces
    }
}

/// A file that stands complete under its temporary name.
public enum PlacedFile: Sendable {
    /// The server has all of it, and was asked what it has; see `FTPConnection.finish`, to be called once.
    case finishing(FTPFinishing)
    /// RNFR and RNTO are sent; nothing else of the session waits for them.
    case renaming(FTPRename, FileAttributes?)
    /// Something has the target's name.
    case nameTaken
}

/// A file whose content was confirmed; what the server says of it comes in its turn.
public struct FTPFinishing: Sendable {
    let placement: FTPPlacement
    let answers: PendingFlight
}

/// A rename under way; its replies come in their turn, whatever else the session does.
public final class FTPRename: Sendable {
    private let connection: FTPConnection
    let inbox: NIOLoopBound<ReplyInbox>
    let commands: [Command]
    let target: RemotePath

    init(
        _ connection: FTPConnection, _ inbox: NIOLoopBound<ReplyInbox>, _ commands: [Command], to target: RemotePath
    ) {
        self.connection = connection
        self.inbox = inbox
        self.commands = commands
        self.target = target
    }

    /// See `FTPConnection.verdict(on:)`.
    public func verdict() async throws(StorageError) { try await connection.verdict(on: self) }
}
