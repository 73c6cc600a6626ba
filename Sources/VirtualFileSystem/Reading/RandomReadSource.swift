import FileModel
import NIOCore
import RemoteFileSystem
import Synchronization

/// The reader of a file on a server with random reads, shared by all handles of the file.
///
/// A reader that was lost with its connection is opened again, once per read; if the file is another one by then,
/// the read fails with `.staleHandle` rather than mix two files.
final class RandomReadSource: BlockSource {
    fileprivate struct State {
        var reader: TimeLimitedReader?
        var opening: Promise<TimeLimitedReader>?
        var stamp: PageStamp?
        var isClosed = false
    }

    private let open: @Sendable () async throws(StorageError) -> TimeLimitedReader
    private let state = Mutex(State())

    init(open: @escaping @Sendable () async throws(StorageError) -> TimeLimitedReader) {
        self.open = open
    }

    var isConcurrent: Bool { true }

    /// Opens the file unless it is open.
    ///
    /// - Returns: the attributes the server told with the open; nil when it was open before, for then they are old.
    func opened() async throws(StorageError) -> FileAttributes? {
        let wasOpen = state.withLock { $0.reader != nil }
        let attributes = try await reader().attributes
        return wasOpen ? nil : attributes
    }

    func fetch(_ range: Range<Int64>) async throws(StorageError) -> ByteBuffer {
        let reader = try await reader()
        do throws(StorageError) {
            return try await reader.read(range)
        } catch  where error.code == .connectionLost || error.code == .staleHandle {
            discard(reader)
            return try await self.reader().read(range)
        }
    }

    func expect(_ attributes: FileAttributes) -> Bool {
        let expected = PageStamp(attributes)
        return state.withLock { state in
            // A reader whose open told nothing may be of another file.
            guard state.stamp != nil || (state.reader == nil && state.opening == nil) else { return false }
            if let stamp = state.stamp { return stamp == expected }
            state.stamp = expected
            return true
        }
    }

    /// The file was changed by us: a later open may find other attributes.
    func contentChanged() {
        state.withLock { $0.stamp = nil }
    }

    func rest() {}

    /// A server may go by the size that the file had when it was opened: it is opened anew at the next read.
    func leaveReader(shorterThan size: Int64) {
        guard let reader = state.withLock({ $0.reader }), reader.attributes?.size ?? .max < size else { return }
        contentChanged()
        discard(reader)
    }

    func close() async {
        let reader = state.withLock { state in
            state.isClosed = true
            defer { state.reader = nil }
            return state.reader
        }
        await reader?.close()
    }

    private func reader() async throws(StorageError) -> TimeLimitedReader {
        let (present, opening, isFirst) = state.withLock { state in
            if let reader = state.reader { return (Optional(reader), nil as Promise<TimeLimitedReader>?, false) }
            if let opening = state.opening { return (nil, opening, false) }
            let opening = Promise<TimeLimitedReader>()
            state.opening = opening
            return (nil, opening, true)
        }
        if let present { return present }
        guard let opening else { throw .cancelled }
        if isFirst { startHere { await self.settle(opening) } }
        return try await opening.value()
    }

    private func settle(_ opening: Promise<TimeLimitedReader>) async {
        var reader: TimeLimitedReader?
        do throws(StorageError) {
            let opened = try await open()
            reader = opened
            let isUsed = try state.withLock { state throws(StorageError) in try state.accept(opened) }
            if isUsed { reader = nil }
            opening.fulfil(isUsed ? .success(opened) : .failure(.cancelled))
        } catch {
            state.withLock { $0.opening = nil }
            opening.fulfil(.failure(error))
        }
        await reader?.close()
    }

    private func discard(_ lost: TimeLimitedReader) {
        let isPresent = state.withLock { state in
            guard let reader = state.reader, reader.serial == lost.serial else { return false }
            state.reader = nil
            return true
        }
        if isPresent { Task { await lost.close() } }
    }
}

extension RandomReadSource.State {
    /// - Returns: false when the file was closed meanwhile.
    fileprivate mutating func accept(_ reader: TimeLimitedReader) throws(StorageError) -> Bool {
        opening = nil
        if isClosed { return false }
        if let attributes = reader.attributes {
            let found = PageStamp(attributes)
            if let stamp, stamp != found {
                throw StorageError(.staleHandle, "\(reader.path) changed on the server while it was open")
            }
            stamp = found
        }
        self.reader = reader
        return true
    }
}
