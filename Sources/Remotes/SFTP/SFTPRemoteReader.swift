import ConnectionPool
import FileModel
import NIOCore
import RemoteFileSystem
import SFTP
import Synchronization

/// An open file to read; reads overlap, each in one flight of blocks.
///
/// The handle lives on one connection. When that is lost, or was given back because others waited for a session, the
/// next read opens the file again, and reads on only if it is still the same file.
final class SFTPRemoteReader: RemoteReader {
    private struct Open {
        let lease: Lease<SFTPConnection>
        let handle: SFTPHandle
        var readsUnderWay = 0

        /// Not waited for: every byte was already delivered or refused.
        func end() {
            lease.connection.closeLater(handle)
            lease.release()
        }
    }

    private struct State {
        var open: Open?
        /// Others wait for a session: give it back when no read is under way.
        var isAskedBack = false
        var isClosed = false
    }

    let attributes: FileAttributes?
    let remote: SFTPRemote
    let path: RemotePath
    /// A further reader of a file ends with its handle.
    private let reopens: Bool
    private let state = Mutex(State())
    private let opening = Turns()

    init(
        _ remote: SFTPRemote, _ path: RemotePath, _ lease: Lease<SFTPConnection>, _ handle: SFTPHandle,
        _ attributes: FileAttributes?, reopens: Bool = true
    ) {
        self.remote = remote
        self.path = path
        self.reopens = reopens
        self.attributes = attributes
        state.withLock { $0.open = Open(lease: lease, handle: handle) }
        watchPressure(lease)
    }

    func read(at offset: Int64, count: Int) async throws(StorageError) -> ByteBuffer {
        let start = ContinuousClock.now
        do throws(StorageError) {
            return try await readOnce(offset, count)
        } catch  where Self.isOfThePast(error, after: ContinuousClock.now - start) {
            return try await readOnce(offset, count)
        }
    }

    /// Whether the handle's connection had died before this read, by its end or by its silence.
    private static func isOfThePast(_ error: StorageError, after duration: Duration) -> Bool {
        error.code == .connectionLost || (error.code == .timedOut && duration < .milliseconds(100))
    }

    private func readOnce(_ offset: Int64, _ count: Int) async throws(StorageError) -> ByteBuffer {
        let open = try await began()
        defer { ended(open) }
        do throws(StorageError) {
            return try await open.lease.connection.read(
                open.handle, at: offset, count: count, knownSize: attributes?.size)
        } catch  where error.code == .connectionLost || error.code == .timedOut {
            forget(open, error)
            throw error
        }
    }

    // MARK: - The handle

    var presentLease: Lease<SFTPConnection>? { state.withLock { $0.open?.lease } }

    /// The open handle with this read counted in; opened anew when there is none.
    private func began() async throws(StorageError) -> Open {
        if let open = try joined() { return open }
        guard reopens else { throw StorageError(.busy, "\(path) was given back to those who wait for a session") }
        await opening.begin()
        defer { opening.end() }
        if let open = try joined() { return open }
        let (lease, handle, found) = try await remote.openForReading(path)
        let fresh = Open(lease: lease, handle: handle, readsUnderWay: 1)
        guard found?.size == attributes?.size, found?.modified == attributes?.modified else {
            fresh.end()
            throw StorageError(.staleHandle, "\(path) was changed on the server while it was open: open it again")
        }
        let isClosed = state.withLock { state in
            if !state.isClosed { state.open = fresh }
            return state.isClosed
        }
        guard !isClosed else {
            // The server may give the handle's number to another file at once.
            fresh.end()
            throw closed
        }
        watchPressure(lease)
        return fresh
    }

    private func joined() throws(StorageError) -> Open? {
        let (open, isClosed) = state.withLock { state in
            state.open?.readsUnderWay += 1
            return (state.open, state.isClosed)
        }
        if isClosed { throw closed }
        return open
    }

    private var closed: StorageError { StorageError(.staleHandle, "\(path) was closed") }

    private func ended(_ open: Open) {
        let returned = state.withLock { state -> Open? in
            guard state.open?.lease === open.lease else { return nil }
            state.open?.readsUnderWay -= 1
            guard state.isAskedBack, state.open?.readsUnderWay == 0 else { return nil }
            return Self.taken(from: &state)
        }
        returned?.end()
    }

    /// Many reads fail at once when a connection is lost; the first of them takes it out.
    private func forget(_ open: Open, _ error: StorageError) {
        state.withLock { if $0.open?.lease === open.lease { $0.open = nil } }
        open.lease.discard(error)
    }

    private static func taken(from state: inout State) -> Open? {
        state.isAskedBack = false
        defer { state.open = nil }
        return state.open
    }

    private func watchPressure(_ lease: Lease<SFTPConnection>) {
        lease.onPressure { [weak self] in self?.askedBack() ?? false }
    }

    /// Others wait for a session: it goes back now, or when the reads under way are done.
    private func askedBack() -> Bool {
        let idle = state.withLock { state -> Open? in
            state.isAskedBack = true
            return state.open?.readsUnderWay == 0 ? Self.taken(from: &state) : nil
        }
        idle?.end()
        return true
    }

    func close() async {
        let open = state.withLock { state in
            state.isClosed = true
            return Self.taken(from: &state)
        }
        open?.end()
    }

    deinit {
        state.withLock { $0.open }?.end()
    }
}
