import ConnectionPool
import FTP
import FileModel
import NIOCore
import Synchronization

/// One RETR under way, with the bytes that arrived and were not taken yet.
///
/// Read by one caller at a time; `end` may come from anywhere.
final class FTPReadStream: Sendable {
    private struct State {
        var position: Int64
        var rest = ByteBuffer()
        var isAtEnd = false
    }

    private let lease: Lease<FTPConnection>
    private let download: FTPDownload
    /// Whether another one can start in mid-file.
    let restarts: Bool
    private let state: Mutex<State>

    init(_ lease: Lease<FTPConnection>, _ download: FTPDownload, position: Int64, restarts: Bool) {
        self.lease = lease
        self.download = download
        self.restarts = restarts
        state = Mutex(State(position: position))
    }

    /// Offset in the file of the next byte.
    var position: Int64 { state.withLock { $0.position } }

    /// All bytes were taken, and the server has confirmed the transfer.
    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }

    /// The next bytes, at least one; nil at the end.
    func next(atMost count: Int) async throws(StorageError) -> ByteBuffer? {
        if let kept = take(count) { return kept }
        guard !isAtEnd else { return nil }
        let arrived = try await download.next()
        state.withLock { state in
            if let arrived { state.rest = arrived } else { state.isAtEnd = true }
        }
        return take(count)
    }

    private func take(_ count: Int) -> ByteBuffer? {
        state.withLock { state in
            guard state.rest.readableBytes > 0 else { return nil }
            let piece = state.rest.readSlice(length: min(count, state.rest.readableBytes))
            state.position += Int64(piece?.readableBytes ?? 0)
            return piece
        }
    }

    func skip(to offset: Int64) async throws(StorageError) {
        while position < offset {
            guard try await next(atMost: Int(offset - position)) != nil else { return }
        }
    }

    /// Gives the session back; a transfer that is not at its end is broken off.
    func end(_ error: StorageError?) {
        if !isAtEnd { download.breakOff() }
        lease.end(error)
    }
}
