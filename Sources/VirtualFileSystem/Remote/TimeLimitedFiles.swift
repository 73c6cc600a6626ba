import FileModel
import NIOCore
import RemoteFileSystem
import Synchronization

/// A `RemoteReader` whose calls are bounded by a `TimeLimit`.
struct TimeLimitedReader: Sendable {
    let base: any RemoteReader
    let path: RemotePath
    let limit: TimeLimit
    /// Tells readers of one file apart.
    let serial: UInt64

    private static let lastSerial = Atomic<UInt64>(0)

    init(base: any RemoteReader, path: RemotePath, limit: TimeLimit) {
        self.base = base
        self.path = path
        self.limit = limit
        serial = Self.lastSerial.add(1, ordering: .relaxed).newValue
    }

    var attributes: FileAttributes? { base.attributes }

    func read(_ range: Range<Int64>) async throws(StorageError) -> ByteBuffer {
        try await limit.run("reading", path) { [base] _ async throws(StorageError) in
            try await base.read(at: range.lowerBound, count: range.count)
        }
    }

    /// See `RemoteReader.another`.
    func another() async -> TimeLimitedReader? {
        await base.another().map { TimeLimitedReader(base: $0, path: path, limit: limit) }
    }

    func close() async { await base.close() }
}

/// A `RemoteWriter` whose calls are bounded by a `TimeLimit`.
struct TimeLimitedWriter: Sendable {
    let base: any RemoteWriter
    let path: RemotePath
    let limit: TimeLimit

    func write(_ bytes: ByteBuffer, at offset: Int64) async throws(StorageError) {
        try await limit.forWrites.run("writing", path) { [base] _ async throws(StorageError) in
            try await base.write(bytes, at: offset)
        }
    }

    func synchronize() async throws(StorageError) {
        try await limit.forWrites.run("synchronising", path) { [base] _ async throws(StorageError) in
            try await base.synchronize()
        }
    }

    func setAttributes(_ changes: AttributeChanges) async throws(StorageError) {
        try await limit.run("changing the attributes of", path) { [base] _ async throws(StorageError) in
            try await base.setAttributes(changes)
        }
    }

    func close() async throws(StorageError) {
        try await limit.forWrites.run("finishing", path) { [base] _ async throws(StorageError) in try await base.close()
        }
    }

    func abort() async { await base.abort() }
}
