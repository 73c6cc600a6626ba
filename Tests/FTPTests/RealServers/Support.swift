import FTP
import FileModel
import NIOCore
import Synchronization
import Testing

extension FTPConnection {
    func entries(of path: RemotePath) async throws(StorageError) -> [DirectoryEntry] {
        let collected = Mutex<[DirectoryEntry]>([])
        try await list(path) { batch in collected.withLock { $0 += batch } }
        return collected.withLock { $0 }
    }

    func put(_ bytes: [UInt8], to path: RemotePath, _ start: UploadStart = .empty) async throws(StorageError) {
        let upload = try await store(path, start)
        for start in stride(from: 0, to: bytes.count, by: 65_536) {
            try await upload.write(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + 65_536)]))
        }
        try await upload.finish()
    }

    func get(_ path: RemotePath, from offset: Int64 = 0) async throws(StorageError) -> [UInt8] {
        let download = try await retrieve(path, from: offset)
        var bytes: [UInt8] = []
        while let more = try await download.next() { bytes += more.readableBytesView }
        return bytes
    }
}

extension FTPConnection {
    /// Places a file, and waits for the end of all that belongs to it.
    ///
    /// - Returns: nil when the name was taken.
    func placeWhole(_ placement: FTPPlacement) async throws(StorageError) -> FileAttributes? {
        var placed = try await place(placement)
        if case .finishing(let finishing) = placed {
            guard let finished = try await finish(finishing) else {
                throw StorageError(.failed, "more was to be asked")
            }
            placed = finished
        }
        guard case .renaming(let rename, let attributes) = placed else { return nil }
        try await rename.verdict()
        return attributes
    }

    func fetchWhole(
        _ path: RemotePath, size: Int
    ) async throws(StorageError) -> (content: [UInt8], attributes: FileAttributes?) {
        let fetched = try await fetch(path, size: Int64(size))
        let content = Array(fetched.content.readableBytesView)
        switch fetched.look {
        case .attributes(let attributes): return (content, attributes)
        case .pending(let look): return (content, try await attributes(look))
        }
    }
}

/// The error that `body` throws; nil when it throws none.
func storageError(_ body: () async throws -> Void) async -> StorageError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? StorageError
    }
}

/// Bytes in which every block of 4 KiB differs from every other.
func pattern(_ count: Int) -> [UInt8] {
    let block = (0..<4088).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 4096)
    while bytes.count < count {
        withUnsafeBytes(of: UInt64(bytes.count)) { bytes += $0 }
        bytes += block
    }
    bytes.removeLast(bytes.count - count)
    return bytes
}
