import FileModel
import NIOCore
import RemoteFileSystem
import Synchronization

/// A file with open handles: what they share, so that each sees what the others wrote.
///
/// Whatever changes the file goes through `gate`, one after the other in the order it came; reads do not, unless they
/// touch what the server does not have yet. Work on the server is shielded: an interrupted caller leaves, the work
/// goes on.
actor OpenFile {
    nonisolated let inode: InodeNumber
    nonisolated let services: FileServices
    /// The size as the server last told it.
    nonisolated let serverSize: Atomic<Int64>
    nonisolated let live = Mutex(LiveStatus())
    nonisolated let verdicts = Mutex(Verdicts())
    nonisolated let gate = SerialGate()
    /// Whether anybody has ever opened the file to write since it is open; else a reader need not go through the gate.
    nonisolated let wasWritten = Atomic(false)
    /// The shared reader, on a server with random reads.
    nonisolated let source: RandomReadSource?
    nonisolated let readAheads = Mutex<[HandleID: ReadAhead]>([:])

    var output = Output.none {
        didSet {
            wasWritten.store(true, ordering: .releasing)
            // Until now a read saw the spool; the reader may be of the version before it.
            if oldValue.isSpool, !output.isSpool { source?.leaveReader() }
        }
    }
    /// Handles that write.
    var writers: Set<HandleID> = [] { didSet { wasWritten.store(true, ordering: .releasing) } }
    /// Attributes set while the file is ahead of the server; they hold after the upload.
    var pending = AttributeChanges()
    /// False while the file was made here and the server has none of it.
    var isOnServer = true
    /// What an upload met that ended before anybody asked for its verdict; `settle` tells it.
    var failure: StorageError?
    /// The name is gone; only our handles keep the file.
    var isRemoved = false
    /// The server has got a part of what is written, so that it is not known any more what it has.
    var hasWrittenThrough = false
    /// What the server has not confirmed; nil where nothing is rescued.
    var copy: WrittenCopy?

    /// Where writes go.
    enum Output {
        case none
        /// A server with random writes.
        case random(WriteBehind)
        /// A server with streams; `end` is where the next byte goes.
        case stream(WriteBehind, end: Int64)
        case spool(Spool, isDirty: Bool)

        var isSpool: Bool { if case .spool = self { true } else { false } }
    }

    init(_ inode: InodeNumber, size: Int64, services: FileServices) {
        self.inode = inode
        self.services = services
        serverSize = Atomic(size)
        copy = Self.makeCopy(services)
        guard services.capabilities.randomRead else {
            source = nil
            return
        }
        source = RandomReadSource { () async throws(StorageError) in
            try await services.remote.openReader(services.inodes.path(of: inode))
        }
    }

    nonisolated var capabilities: Capabilities { services.capabilities }

    nonisolated func path() throws(StorageError) -> RemotePath { try services.inodes.path(of: inode) }

    /// Whether the server lacks something, or was not asked for its verdict yet.
    nonisolated var isAhead: Bool { live.withLock { $0.isAhead } }

    /// The size with everything written so far.
    nonisolated var size: Int64 {
        live.withLock { $0.isAhead ? $0.size : nil } ?? serverSize.load(ordering: .relaxed)
    }

    /// The server's attributes with what the file knows better.
    nonisolated func overlay(_ attributes: FileAttributes) -> FileAttributes {
        let live = live.withLock { $0 }
        guard live.isAhead else { return attributes }
        var result = attributes
        result.size = live.size
        result.modified = ModificationTime(live.modified, resolution: .nanosecond, source: .local)
        return result
    }

    /// Runs `body` alone; a cancelled caller leaves, `body` goes on.
    nonisolated func exclusively<Value: Sendable>(
        _ body: @escaping @Sendable (isolated OpenFile) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let promise = Promise<Value>()
        startHere {
            await promise.fulfil { () async throws(StorageError) in
                try await self.gate.enter()
                defer { self.gate.leave() }
                return try await body(self)
            }
        }
        return try await promise.value()
    }

    /// Tells every reader that the file changes through our own hands.
    nonisolated func noteContentChanged() {
        source?.contentChanged()
        guard source == nil else { return }
        for readAhead in readAheads.withLock({ Array($0.values) }) { readAhead.source.contentChanged() }
    }

    /// Forgets what was read ahead of a range that changes.
    nonisolated func invalidate(_ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        for readAhead in readAheads.withLock({ Array($0.values) }) { readAhead.invalidate(range) }
    }
}
