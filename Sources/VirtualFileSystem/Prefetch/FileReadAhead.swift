import FileModel
import NIOCore
import RemoteFileSystem
import Synchronization

/// Files whose beginning is read before they are opened, because the files of a folder are opened in order: small files
/// as a whole.
///
/// What was read is used for one open, and only while the volume's attributes of the file are fresh and those it was
/// read with: then an open would see nothing newer. It is given up when somebody opens a file out of order.
final class FileReadAhead: Sendable {
    /// A file read ahead, or being read.
    private struct Entry {
        let content: Promise<ByteBuffer>
        let request: Request
    }

    /// A file to read, and what was known of it.
    struct Request: Sendable {
        let number: InodeNumber
        let parent: InodeNumber
        let path: RemotePath
        let attributes: FileAttributes
        let revision: UInt64
        /// See `InodeTable.moves`: the path is the file's while no folder is renamed.
        let moves: UInt64

        /// Bytes to read.
        let size: Int
    }

    private struct State {
        var runs = SiblingRuns(initial: 4, maximum: 128)
        var entries: [InodeNumber: Entry] = [:]
        var held = 0
        var underWay = 0
        /// Files in a row that were not as their listing had told.
        var disappointments = 0
        var isSweeping = false

        mutating func take(_ number: InodeNumber) -> Entry? {
            guard let entry = entries.removeValue(forKey: number) else { return nil }
            held -= entry.request.size
            return entry
        }

        mutating func drop(where isUseless: (Request) -> Bool) {
            for entry in entries.values where isUseless(entry.request) { _ = take(entry.request.number) }
        }
    }

    /// What of a server's means the limits allow.
    struct Limits: Sendable {
        /// Bytes held at most, read or being read.
        let bytes: Int
        /// The largest file that is read as a whole, and what is read of a larger one.
        let file: Int
        let beginning: Int
        /// Files being read at the same time.
        let lanes: Int

        init(_ capabilities: Capabilities, window: Int64) {
            bytes = capabilities.exactSizes ? Int(min(window, 8 << 20)) : 0
            file = min(256 << 10, bytes / 4)
            beginning = min(32 << 10, file)
            // Of the streams that share an SFTP connection, 64 or more, some are left to everybody else.
            let shared = min(max(64, capabilities.streamsPerConnection) - 8, 128)
            lanes = min(capabilities.streamsPerConnection > 1 ? shared : 12, capabilities.maximumDownloads / 2)
        }
    }

    private let remote: TimeLimitedRemote
    private let inodes: SharedInodeTable
    private let limits: Limits
    private let lifetime: Duration
    private let state = Mutex(State())

    /// - Parameter lifetime: for how long attributes are believed.
    init(_ remote: TimeLimitedRemote, _ inodes: SharedInodeTable, _ limits: Limits, lifetime: Duration) {
        self.remote = remote
        self.inodes = inodes
        self.limits = limits
        self.lifetime = lifetime
    }

    private var isOff: Bool { limits.bytes <= 0 || limits.lanes <= 0 || lifetime <= .zero }

    // MARK: - Opening

    /// Notes that a file is opened to be read.
    ///
    /// - Returns: what it begins with and the attributes it was read with, if it was read ahead and an open would see the same.
    /// - Throws: `.cancelled`, and `.timedOut` of a read that was waited for.
    func opened(
        _ number: InodeNumber
    ) async throws(StorageError) -> (beginning: ByteBuffer, attributes: FileAttributes)? {
        guard !isOff, let parent = inodes.parent(of: number) else { return nil }
        let entry = state.withLock { state -> Entry? in
            let entry = state.take(number)
            let visit = state.runs.visit(number, in: parent, wasReady: entry != nil) { [inodes] first, second in
                guard let first else { return nil }
                return inodes.withLock { table, _ in table.order(of: .regular, in: parent, from: first, to: second) }
            }
            if visit == .breaks { state.drop { $0.parent == parent } }
            return entry
        }
        readAhead(in: parent)
        guard let entry else { return nil }
        do throws(StorageError) {
            let content = try await entry.content.value()
            let isCurrent = inodes.withLock { table, now in table.isCurrent(entry.request, now: now) }
            return isCurrent ? (content, entry.request.attributes) : nil
        } catch  where Task.isCancelled || error.code == .timedOut {
            throw error
        } catch {
            // The open itself tells what is wrong.
            return nil
        }
    }

    /// Reads a small file that is open, now.
    ///
    /// - Returns: nil for what is large or not as it was known, which is for a stream to read.
    func whole(
        _ number: InodeNumber
    ) async throws(StorageError) -> (content: ByteBuffer, attributes: FileAttributes)? {
        guard limits.bytes > 0 else { return nil }
        let found = inodes.withLock { [limits] table, now in
            table.readAheadRequest(number, in: .root, limits, isOpen: true).flatMap { request in
                table.isCurrent(request, now: now) && Int64(request.size) == request.attributes.size ? request : nil
            }
        }
        guard let request = found, request.size > 0 else { return nil }
        do throws(StorageError) {
            let content = try await read(request)
            return inodes.withLock { table, now in table.isCurrent(request, now: now) }
                ? (content, request.attributes) : nil
        } catch  where Task.isCancelled || error.code == .timedOut || error.code == .cancelled {
            throw error
        } catch {
            return nil
        }
    }

    /// Forgets everything.
    func drop() { state.withLock { $0.drop { _ in true } } }

    // MARK: - Reading

    private func readAhead(in parent: InodeNumber) {
        while let (request, content) = begin(in: parent) {
            startHere {
                await content.fulfil { () async throws(StorageError) in try await self.read(request) }
                self.finished(request, content)
                self.readAhead(in: parent)
            }
        }
    }

    /// The next file of a folder that is to be read, counted in.
    private func begin(in parent: InodeNumber) -> (Request, Promise<ByteBuffer>)? {
        state.withLock { state in
            while state.underWay < limits.lanes, state.disappointments < 3, let number = state.runs.next(in: parent) {
                guard let request = inodes.withLock({ table, _ in table.readAheadRequest(number, in: parent, limits) }),
                    state.entries[number] == nil
                else { continue }
                guard state.held + request.size <= limits.bytes else {
                    state.runs.putBack(in: parent)
                    return nil
                }
                let content = Promise<ByteBuffer>()
                state.entries[number] = Entry(content: content, request: request)
                state.held += request.size
                state.underWay += 1
                return (request, content)
            }
            return nil
        }
    }

    /// - Throws: `.staleHandle` when the file is not the one that the listing told of.
    private func read(_ request: Request) async throws(StorageError) -> ByteBuffer {
        let isWhole = Int64(request.size) == request.attributes.size
        let fetched = try await remote.fetch(request.path, size: Int64(isWhole ? request.size : request.size - 1))
        let stamp = PageStamp(request.attributes)
        guard fetched.content.readableBytes == request.size,
            fetched.attributes.map({ PageStamp($0) == stamp }) ?? true
        else { throw StorageError(.staleHandle, "\(request.path) is not as it was listed") }
        if let attributes = fetched.attributes {
            inodes.withLock { table, now in
                table.noteOpened(request.number, attributes, revision: request.revision, now: now)
            }
        }
        return fetched.content
    }

    private func finished(_ request: Request, _ content: Promise<ByteBuffer>) {
        let sweeps = state.withLock { state in
            state.underWay -= 1
            if case .failure(let error)? = content.outcome {
                state.runs.end(in: request.parent)
                state.drop { $0.number == request.number }
                if error.code == .staleHandle { state.disappointments += 1 }
            } else {
                state.disappointments = 0
            }
            guard !state.entries.isEmpty, !state.isSweeping else { return false }
            state.isSweeping = true
            return true
        }
        if sweeps { sweepLater() }
    }

    /// What nobody opened in time is not kept.
    private func sweepLater() {
        Task { [weak self, lifetime] in
            try? await Task.sleep(for: lifetime)
            self?.sweep()
        }
    }

    private func sweep() {
        let goesOn = state.withLock { state in
            let stale = inodes.withLock { [entries = state.entries] table, now in
                entries.values.filter { $0.content.outcome != nil && !table.isCurrent($0.request, now: now) }
                    .map(\.request.number)
            }
            for number in stale { _ = state.take(number) }
            state.isSweeping = !state.entries.isEmpty
            return state.isSweeping
        }
        if goesOn { sweepLater() }
    }
}
