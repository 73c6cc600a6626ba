public import FileModel
public import NIOCore

/// A file system on a server: what the mount and the synchronisation ask of it, whatever protocol it speaks.
///
/// Paths are below the definition's remote folder. Every call ends within the remote's time limits; a cancelled
/// task ends its call at once with `.cancelled`. Links are never followed by `attributes` and `list`. Calls may run
/// at the same time; order is guaranteed only where one call returned before the next was made.
///
/// Errors speak of the path (`StorageError.Code`): an outage is never `.notFound`, and never an empty listing.
public protocol RemoteFileSystem: Sendable {
    /// What the server can do; connects if nothing is connected yet.
    func capabilities() async throws(StorageError) -> Capabilities

    /// The attributes of the name itself (lstat(2)).
    func attributes(of path: RemotePath) async throws(StorageError) -> FileAttributes

    /// Lists a directory without `.` and `..`, in the server's order, in batches as they arrive.
    ///
    /// Returns after the last batch only if the listing is complete; anything less throws.
    /// - Throws: `.notFound`, `.notDirectory`, and what `receive` throws.
    func list(
        _ path: RemotePath, receive: @Sendable ([DirectoryEntry]) async throws(StorageError) -> Void
    ) async throws(StorageError)

    /// Opens a regular file for reading.
    func openReader(_ path: RemotePath) async throws(StorageError) -> any RemoteReader

    /// Opens a regular file for writing.
    ///
    /// - Parameter expectedSize: bytes about to be written. Who knows it has them at hand, and waits for a session; nil
    ///   is an application that writes at its own pace, which gets `.busy` where it would keep a session from others.
    func openWriter(
        _ path: RemotePath, _ disposition: WriteDisposition, permissions: UInt16?, expectedSize: Int64?
    ) async throws(StorageError) -> any RemoteWriter

    /// Stores a small file whose content is at hand, in as few round trips as the protocol takes.
    ///
    /// - Throws: what keeps the temporary file from being complete: `.corrupted` when the server tells another size,
    ///   `.notFound` when the folder does not exist. Part of the temporary file may be there.
    func place(_ placement: FilePlacement) async throws(StorageError) -> PlacementOutcome

    /// The first half of `place`, for who has something to do before the rename: writes the temporary file and looks at it.
    ///
    /// - Returns: its attributes as the server tells them; nil where it does not.
    /// - Throws: as `place`.
    func store(_ placement: FilePlacement) async throws(StorageError) -> FileAttributes?

    /// Reads a small file as a whole, in as few round trips as the protocol takes.
    ///
    /// - Parameter size: as a listing told it. A file that has grown gives at most one byte more, one that shrank less.
    func fetch(_ path: RemotePath, size: Int64) async throws(StorageError) -> FetchedFile

    /// What the server itself computes of a file's content, with one of `Capabilities.checksums`.
    ///
    /// Takes as long as the server reads the file, within `FileChecksum.patience`.
    /// - Parameter size: of the file, which is not empty.
    /// - Returns: nil where the server computes nothing of this file.
    func checksum(of path: RemotePath, size: Int64) async throws(StorageError) -> FileChecksum?

    /// - Throws: `.alreadyExists` when something has that name.
    func createDirectory(_ path: RemotePath, permissions: UInt16?) async throws(StorageError)

    /// - Throws: `.notEmpty`, `.notFound`, `.notDirectory`.
    func removeDirectory(_ path: RemotePath) async throws(StorageError)

    /// Removes a file or a link.
    func removeFile(_ path: RemotePath) async throws(StorageError)

    /// Renames a file or directory.
    ///
    /// - Throws: `.alreadyExists` when `target` exists and `mode` is `.keepExisting`; `.unsupported` when the
    ///   server cannot do what `mode` asks.
    func rename(_ source: RemotePath, to target: RemotePath, mode: RenameMode) async throws(StorageError)

    /// Sets what the server can set.
    ///
    /// - Throws: `.unsupported` when it can set none of what was asked.
    func setAttributes(_ path: RemotePath, _ changes: AttributeChanges) async throws(StorageError)

    func readLink(_ path: RemotePath) async throws(StorageError) -> [UInt8]
    func createSymbolicLink(_ path: RemotePath, target: [UInt8]) async throws(StorageError)
    func createHardLink(_ path: RemotePath, to existing: RemotePath) async throws(StorageError)

    /// Room on the server; `.unsupported` where it does not say.
    func statistics(_ path: RemotePath) async throws(StorageError) -> FileSystemStatistics

    /// About so many calls will be made at once in a moment: connections may be made ready for them.
    func expect(calls: Int)

    /// A file of `size` bytes will be written in a moment: the way for it may be made ready.
    func expect(uploadOf size: Int64)

    /// Whether a call may be made that nobody waits for, without one that somebody waits for having to wait for it. If not,
    /// that may be different in a moment.
    func hasRoomForMore() -> Bool

    /// The server was silent for so long that connections nobody uses may be dead: they are not used again.
    func distrustIdleConnections()

    /// Where most answers come in: a task that prefers to run there waits for no thread after each. It must not block. nil
    /// where that brings nothing.
    var executor: (any TaskExecutor)? { get }

    /// The event loop of `executor`, where all answers come in there and it has time for more than waiting for them.
    var loop: (any EventLoop)? { get }

    /// How long the server takes to answer; nil where that is not known.
    var roundTrip: Duration? { get }

    /// Ends all connections in order; calls under way fail with `.cancelled`.
    func shutdown() async
}

extension RemoteFileSystem {
    public func checksum(of path: RemotePath, size: Int64) async throws(StorageError) -> FileChecksum? { nil }
    public func expect(calls: Int) {}
    public func expect(uploadOf size: Int64) {}
    public func hasRoomForMore() -> Bool { true }
    public func distrustIdleConnections() {}
    public var executor: (any TaskExecutor)? { nil }
    public var loop: (any EventLoop)? { nil }
    public var roundTrip: Duration? { nil }
}

/// An open file to read. Calls may overlap where `Capabilities.randomRead`; otherwise they are served in turn.
public protocol RemoteReader: Sendable {
    /// The size and times seen when the file was opened, where the open told them.
    var attributes: FileAttributes? { get }

    /// Reads up to `count` bytes at `offset`; fewer only at the end of the file, none past it.
    ///
    /// A stream that cannot seek is restarted when `offset` is not where it stands.
    func read(at offset: Int64, count: Int) async throws(StorageError) -> ByteBuffer

    /// Reads what comes next of a stream as it came: between one byte and `count`, none at the end of the file.
    func readPiece(at offset: Int64, atMost count: Int) async throws(StorageError) -> ByteBuffer

    /// The same file once more over a connection of its own, for who takes in more than one brings.
    ///
    /// It costs nobody anything: its reads fail when others wait for a session, and nothing is opened anew then.
    /// - Returns: nil where no connection is to be had at once, or the name has come to mean a file of another size, time or
    ///   end.
    func another() async -> (any RemoteReader)?

    /// Never fails: the bytes were already delivered or refused.
    func close() async
}

extension RemoteReader {
    public func readPiece(at offset: Int64, atMost count: Int) async throws(StorageError) -> ByteBuffer {
        try await read(at: offset, count: count)
    }

    public func another() async -> (any RemoteReader)? { nil }
}

/// An open file to write. Nothing is promised before `close` returned.
public protocol RemoteWriter: Sendable {
    /// Writes all bytes at `offset`. May return before the server has them; a later call throws what went wrong.
    ///
    /// - Throws: `.unsupported` when the file is a stream (`!Capabilities.randomWrite`) and `offset` is not its end.
    func write(_ bytes: ByteBuffer, at offset: Int64) async throws(StorageError)

    /// From now on the bytes reach the server in the order of the calls, so that a file cut short is a beginning whatever
    /// `Capabilities.gaps` says. To be called before the first write.
    func keepOrder()

    /// Waits until the server has every byte, on stable storage where it can promise that.
    ///
    /// - Throws: `.unsupported` for a stream, whose verdict comes with `close`.
    func synchronize() async throws(StorageError)

    /// Sets attributes that travel with the file; they hold after `close`.
    func setAttributes(_ changes: AttributeChanges) async throws(StorageError)

    /// Ends the file and returns the server's verdict on all of it.
    func close() async throws(StorageError)

    /// Gives up; what was written so far may or may not stay.
    func abort() async
}

extension RemoteWriter {
    public func keepOrder() {}
}

/// How a file is opened for writing.
public enum WriteDisposition: Hashable, Sendable {
    /// Creates the file or empties an existing one.
    case truncate
    /// Creates the file; `.alreadyExists` when there is one.
    case createNew
    /// Keeps what is there; `.notFound` when there is none. Writes may go anywhere (`Capabilities.randomWrite`).
    case update
    /// Continues an existing file at `offset`, its present size (FTP: REST + STOR, or APPE). With
    /// `Capabilities.truncation` it may be longer, and is cut there.
    case resume(at: Int64)
}

/// What happens to an existing target of a rename.
public enum RenameMode: Hashable, Sendable {
    /// Replaced; atomically where `Capabilities.atomicReplace`.
    case replace
    case keepExisting
    /// The two change places (RENAME_EXCHANGE).
    case exchange
}

extension RemoteFileSystem {
    /// The whole listing of a directory.
    public func entries(of path: RemotePath) async throws(StorageError) -> [DirectoryEntry] {
        let collected = Collected()
        try await list(path) { batch async throws(StorageError) in await collected.append(batch) }
        return await collected.entries
    }
}

private actor Collected {
    var entries: [DirectoryEntry] = []
    func append(_ batch: [DirectoryEntry]) { entries += batch }
}
