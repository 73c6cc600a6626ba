import ConnectionPool
import FTP
import FileModel
import NIOCore
import RemoteFileSystem
import Synchronization

/// A file read as one stream that restarts where it must (REST); on a server that cannot, from the file's beginning.
///
/// It holds a session only from the first read to the last byte, and gives it back between two reads when others wait;
/// then it goes on with a new transfer from where it stood.
final class FTPRemoteReader: RemoteReader {
    /// Up to this many bytes are read and dropped rather than the transfer restarted, which costs several round trips.
    private static let longestSkip: Int64 = 512 * 1024

    private struct State {
        var stream: FTPReadStream?
        var isReading = false
        var started = ContinuousClock.now
        /// Others wait for a session: give it back when this read is done.
        var isAskedBack = false
        var isClosed = false
        /// Where the file was seen to end.
        var end: Int64?
    }

    let attributes: FileAttributes?
    /// The size that the stream must have; nil when what the server tells is not what it delivers.
    private let size: Int64?
    private let remote: FTPRemote
    private let path: RemotePath
    private let turns = Turns()
    private let state = Mutex(State())

    init(_ remote: FTPRemote, _ path: RemotePath, _ attributes: FileAttributes, hasExactSize: Bool) {
        self.remote = remote
        self.path = path
        self.attributes = attributes
        size = hasExactSize && attributes.hasExactSize ? attributes.size : nil
    }

    func read(at offset: Int64, count: Int) async throws(StorageError) -> ByteBuffer {
        try await read(at: offset, atLeast: count, atMost: count)
    }

    func readPiece(at offset: Int64, atMost count: Int) async throws(StorageError) -> ByteBuffer {
        try await read(at: offset, atLeast: 1, atMost: count)
    }

    private func read(at offset: Int64, atLeast least: Int, atMost count: Int) async throws(StorageError) -> ByteBuffer
    {
        await turns.begin()
        defer { turns.end() }
        guard offset < size ?? state.withLock({ $0.end }) ?? .max, count > 0 else { return ByteBuffer() }
        state.withLock { $0.isReading = true }
        defer { readEnded() }
        var result = ByteBuffer()
        do throws(StorageError) {
            try await read(&result, at: offset, atLeast: least, atMost: count)
        } catch  where error.code == .connectionLost {
            try await checkUnchanged()
            try await read(&result, at: offset, atLeast: least, atMost: count)
        }
        return result
    }

    /// Appends what is missing of `least` bytes; after an error `result` holds what was read before it.
    private func read(
        _ result: inout ByteBuffer, at offset: Int64, atLeast least: Int, atMost count: Int
    ) async throws(StorageError) {
        let stream = try await stream(at: offset + Int64(result.readableBytes))
        do throws(StorageError) {
            while result.readableBytes < least {
                guard let piece = try await stream.next(atMost: count - result.readableBytes) else { break }
                append(piece, to: &result, of: least)
                RemoteActivity.made()
            }
            try await endOfFile(stream)
        } catch {
            drop(stream, error)
            throw error
        }
    }

    /// Copies nothing where one piece is all, and each byte once otherwise.
    private func append(_ piece: ByteBuffer, to result: inout ByteBuffer, of count: Int) {
        guard result.readableBytes > 0 || piece.readableBytes < count else { return result = piece }
        result.reserveCapacity(minimumWritableBytes: count - result.readableBytes)
        result.writeImmutableBuffer(piece)
    }

    /// With the last byte comes the server's word on the whole transfer, and the session goes back.
    private func endOfFile(_ stream: FTPReadStream) async throws(StorageError) {
        guard let size else {
            guard stream.isAtEnd else { return }
            state.withLock { $0.end = stream.position }
            return drop(stream, nil)
        }
        guard stream.position >= size || stream.isAtEnd else { return }
        if !stream.isAtEnd, try await stream.next(atMost: 1) != nil {
            throw StorageError(.staleHandle, "\(path) has grown while it was read: open it again")
        }
        guard stream.position >= size else {
            throw StorageError(
                .corrupted, "\(path) ended after \(stream.position) bytes although the server told \(size)")
        }
        drop(stream, nil)
    }

    /// The open stream, if it stands there or can get there cheaply; else a new one.
    private func stream(at offset: Int64) async throws(StorageError) -> FTPReadStream {
        let (present, isClosed) = state.withLock { ($0.stream, $0.isClosed) }
        if isClosed { throw StorageError(.staleHandle, "\(path) was closed") }
        if let present {
            if present.position <= offset, !present.restarts || offset - present.position <= Self.longestSkip {
                return try await advanced(present, to: offset)
            }
            drop(present, nil)
        }
        return try await advanced(start(at: offset), to: offset)
    }

    private func advanced(_ stream: FTPReadStream, to offset: Int64) async throws(StorageError) -> FTPReadStream {
        do throws(StorageError) {
            try await stream.skip(to: offset)
            return stream
        } catch {
            drop(stream, error)
            throw error
        }
    }

    private func start(at offset: Int64) async throws(StorageError) -> FTPReadStream {
        let lease = try await remote.session(.stream, .download)
        do throws(StorageError) {
            let serverPath = try await remote.path(path, on: lease.connection)
            let connection = lease.connection
            let restarts = offset > 0 ? try await connection.restartsStreams() : await connection.mayRestartStreams
            let start = restarts ? offset : 0
            let download = try await connection.perform { connection throws(StorageError) in
                try await connection.retrieve(serverPath, from: start)
            }
            let stream = FTPReadStream(lease, download, position: start, restarts: restarts)
            state.withLock { state in
                state.stream = stream
                state.started = .now
            }
            // One that would have to begin at the start again might never get to its end.
            if restarts { lease.onPressure { [weak self] in self?.isAskedBack() ?? false } }
            return stream
        } catch {
            lease.end(error)
            throw error
        }
    }

    /// Others wait for a session. Between two reads it goes back at once; within one at its end, after it had its turn,
    /// as going on elsewhere costs a new transfer.
    private func isAskedBack() -> Bool {
        let (idle, agrees) = state.withLock { state -> (FTPReadStream?, Bool) in
            guard !state.isReading || ContinuousClock.now - state.started >= Self.turn else { return (nil, false) }
            state.isAskedBack = true
            guard !state.isReading else { return (nil, true) }
            defer { state.stream = nil }
            return (state.stream, true)
        }
        idle?.end(nil)
        return agrees
    }

    private static let turn = Duration.seconds(1)

    private func readEnded() {
        let asked = state.withLock { state -> FTPReadStream? in
            state.isReading = false
            guard state.isAskedBack else { return nil }
            state.isAskedBack = false
            defer { state.stream = nil }
            return state.stream
        }
        asked?.end(nil)
    }

    private func drop(_ stream: FTPReadStream, _ error: StorageError?) {
        state.withLock { if $0.stream === stream { $0.stream = nil } }
        stream.end(error)
    }

    /// After a lost connection the rest may come only from the same file.
    private func checkUnchanged() async throws(StorageError) {
        let found = try await remote.attributes(of: path)
        guard found.size == attributes?.size, found.modified == attributes?.modified else {
            throw StorageError(.staleHandle, "\(path) was changed on the server while the connection was lost")
        }
    }

    func close() async {
        let stream = state.withLock { state in
            state.isClosed = true
            defer { state.stream = nil }
            return state.stream
        }
        stream?.end(nil)
    }

    deinit {
        state.withLock { $0.stream }?.end(nil)
    }
}
