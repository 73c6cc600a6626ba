import FileModel
import NIOCore
import RemoteFileSystem
import Synchronization

/// The reader of a file on a server with random reads, shared by all handles of the file.
///
/// A reader that was lost with its connection is opened again, once per read; if the file is another one by then,
/// the read fails with `.staleHandle` rather than mix two files. A big file that is read in order gets a second one over a
/// connection of its own where there is one to spare.
final class RandomReadSource: BlockSource {
    fileprivate struct State {
        var readers: ReaderPair<TimeLimitedReader>?
        var sharing = Sharing()
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
        let wasOpen = state.withLock { $0.readers != nil }
        let attributes = try await reader().attributes
        return wasOpen ? nil : attributes
    }

    func fetch(_ range: Range<Int64>) async throws(StorageError) -> ByteBuffer {
        let reader = try await reader()
        do throws(StorageError) {
            return try await read(range, with: reader)
        } catch  where error.code == .connectionLost || error.code == .staleHandle {
            discard(reader)
            return try await self.reader().read(range)
        }
    }

    func expect(_ attributes: FileAttributes) -> Bool {
        let expected = PageStamp(attributes)
        return state.withLock { state in
            // A reader whose open told nothing may be of another file.
            guard state.stamp != nil || (state.readers == nil && state.opening == nil) else { return false }
            if let stamp = state.stamp { return stamp == expected }
            state.stamp = expected
            return true
        }
    }

    /// The file was changed by us: a later open may find other attributes.
    func contentChanged() {
        let further = state.withLock { state in
            state.stamp = nil
            state.sharing.isSettled = true
            return state.readers?.takeFurther()
        }
        if let further { closeLater([further]) }
    }

    func rest() {}

    /// A server may go by the size that the file had when it was opened: it is opened anew at the next read.
    func leaveReader(shorterThan size: Int64) {
        guard let reader = state.withLock({ $0.readers?.first }), reader.attributes?.size ?? .max < size else { return }
        leaveReader()
    }

    /// What is read may be another version than the one that changes from now on: the file is opened anew at the next read.
    func leaveReader() {
        contentChanged()
        if let reader = state.withLock({ $0.readers?.first }) { discard(reader) }
    }

    func close() async {
        let readers = state.withLock { state in
            state.isClosed = true
            return state.takeAll()
        }
        for reader in readers { await reader.close() }
    }

    private func reader() async throws(StorageError) -> TimeLimitedReader {
        let (present, opening, isFirst) = state.withLock { state in
            if let reader = state.readers?.first {
                return (Optional(reader), nil as Promise<TimeLimitedReader>?, false)
            }
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
        closeLater(state.withLock { $0.readers?.first.serial == lost.serial ? $0.takeAll() : [] })
    }

    private func closeLater(_ readers: [TimeLimitedReader]) {
        for reader in readers { Task { await reader.close() } }
    }

    // MARK: - Two connections

    /// What a further reader does not deliver in full is asked for over the first one.
    private func read(_ range: Range<Int64>, with first: TimeLimitedReader) async throws(StorageError) -> ByteBuffer {
        guard let further = share(range, with: first) else {
            defer { answered(first, isFurther: false) }
            return try await first.read(range)
        }
        do throws(StorageError) {
            let bytes = try await further.read(range)
            answered(first, isFurther: true)
            if bytes.readableBytes == range.count { return bytes }
        } catch {
            dropFurther(further)
            // The time of the call is over.
            if error.code == .timedOut || error.code == .cancelled { throw error }
        }
        return try await first.read(range)
    }

    /// - Returns: the further reader when it is its turn.
    private func share(_ range: Range<Int64>, with first: TimeLimitedReader) -> TimeLimitedReader? {
        let (further, isWanted) = state.withLock { state -> (TimeLimitedReader?, Bool) in
            guard state.readers?.first.serial == first.serial, let next = state.readers?.next() else {
                return (nil, false)
            }
            let isWanted = state.sharing.fetched(range, of: first.attributes?.size ?? 0)
            return (next.isFurther ? next.reader : nil, isWanted)
        }
        if isWanted { Task { await findFurther(beside: first) } }
        return further
    }

    private func findFurther(beside first: TimeLimitedReader) async {
        guard let further = await first.another() else { return }
        let isUsed = state.withLock { state in
            guard !state.isClosed, state.stamp != nil, state.readers?.first.serial == first.serial else { return false }
            state.readers?.further = further
            return true
        }
        if !isUsed { await further.close() }
    }

    private func answered(_ first: TimeLimitedReader, isFurther: Bool) {
        state.withLock { if $0.readers?.first.serial == first.serial { $0.readers?.answered(isFurther) } }
    }

    private func dropFurther(_ lost: TimeLimitedReader) {
        let further = state.withLock { state in
            state.readers?.further?.serial == lost.serial ? state.readers?.takeFurther() : nil
        }
        if let further { closeLater([further]) }
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
        readers = ReaderPair(reader)
        sharing = Sharing()
        return true
    }

    fileprivate mutating func takeAll() -> [TimeLimitedReader] {
        defer { readers = nil }
        return [readers?.further, readers?.first].compactMap { $0 }
    }
}

/// When a second connection is worth its login: once a good part of a big file was read in whole blocks.
private struct Sharing {
    private static let proven: Int64 = 4 << 20
    private static let smallestBlock = 64 << 10

    var isSettled = false
    private var count: Int64 = 0

    /// - Returns: whether a further reader is to be looked for now.
    mutating func fetched(_ range: Range<Int64>, of size: Int64) -> Bool {
        guard !isSettled, range.count >= Self.smallestBlock else { return false }
        count += Int64(range.count)
        guard count >= Self.proven, size - range.upperBound >= ReaderPair<TimeLimitedReader>.smallestShared else {
            return false
        }
        isSettled = true
        return true
    }
}
