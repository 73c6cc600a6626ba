import FileModel
import NIOCore
import RemoteFileSystem
import Synchronization

/// The reader of one handle on a server that only streams.
///
/// A stream occupies a session, so it is given back at the end of the file and when nobody reads for a while; the
/// next read starts a new one where it is needed. A file that only grew meanwhile, such as a log, is read on; one that
/// changed otherwise fails with `.staleHandle` rather than be mixed with what was read before. Fetches come one at a time (`ReadAhead`'s pump).
final class StreamReadSource: BlockSource {
    fileprivate struct State {
        var reader: TimeLimitedReader?
        /// What the last reader was told of the file; nil after changes of our own.
        var attributes: FileAttributes?
        /// Counts fetches, so that an idle timer can tell whether it is still meant.
        var uses: UInt64 = 0
        var isClosed = false
    }

    private let open: @Sendable () async throws(StorageError) -> TimeLimitedReader
    private let idleTimeout: Duration
    private let state = Mutex(State())

    init(idleTimeout: Duration, open: @escaping @Sendable () async throws(StorageError) -> TimeLimitedReader) {
        self.idleTimeout = idleTimeout
        self.open = open
    }

    var isConcurrent: Bool { false }

    func fetch(_ range: Range<Int64>) async throws(StorageError) -> ByteBuffer {
        do throws(StorageError) {
            return try await fetchOnce(range)
        } catch  where error.code == .connectionLost || error.code == .staleHandle {
            return try await fetchOnce(range)
        }
    }

    private func fetchOnce(_ range: Range<Int64>) async throws(StorageError) -> ByteBuffer {
        let reader = try await reader()
        do throws(StorageError) {
            let bytes = try await reader.read(range)
            if bytes.readableBytes < range.count { await release() }
            return bytes
        } catch {
            await release()
            throw error
        }
    }

    private func reader() async throws(StorageError) -> TimeLimitedReader {
        let present = state.withLock { state in
            state.uses += 1
            return state.reader
        }
        if let present { return present }
        let opened = try await open()
        let isUsed = state.withLock { state in
            if state.isClosed || !state.goesOn(with: opened) { return false }
            state.reader = opened
            state.attributes = opened.attributes
            return true
        }
        if isUsed { return opened }
        await opened.close()
        if state.withLock({ $0.isClosed }) { throw .cancelled }
        throw StorageError(.staleHandle, "\(opened.path) changed on the server while it was read; open it again")
    }

    func expect(_ attributes: FileAttributes) -> Bool {
        state.withLock { state in
            guard state.reader == nil, state.attributes == nil else { return false }
            state.attributes = attributes
            return true
        }
    }

    /// The file was changed by us: a later stream may find other attributes.
    func contentChanged() {
        state.withLock { $0.attributes = nil }
    }

    /// Gives the session back unless a fetch comes within the idle timeout.
    func rest() {
        let uses = state.withLock { $0.uses }
        Task {
            try? await Task.sleep(for: idleTimeout)
            if state.withLock({ $0.uses == uses }) { await release() }
        }
    }

    private func release() async {
        let reader = state.withLock { state in
            defer { state.reader = nil }
            return state.reader
        }
        await reader?.close()
    }

    func close() async {
        state.withLock { $0.isClosed = true }
        await release()
    }
}

extension StreamReadSource.State {
    /// Whether a new stream continues the file that the one before read.
    fileprivate func goesOn(with reader: TimeLimitedReader) -> Bool {
        guard let before = attributes, let now = reader.attributes else { return true }
        if let old = before.uniqueID, let new = now.uniqueID, old != new { return false }
        return now.size > before.size || now.mayHaveTheContent(of: before)
    }
}

extension FileAttributes {
    /// Whether nothing known speaks against the same content.
    ///
    /// A listing for people tells times to the minute or the day, perhaps in a zone that is not known yet: beside the
    /// time that the server tells on opening it proves nothing.
    func mayHaveTheContent(of other: FileAttributes) -> Bool {
        guard size == other.size else { return false }
        let isProven = [modified, other.modified].allSatisfy { $0?.source != .list }
        return !isProven || modified?.time == other.modified?.time
    }
}
