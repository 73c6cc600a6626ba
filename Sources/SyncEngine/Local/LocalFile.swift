import CLinux
import FileModel
import Glibc
import NIOCore
import RemoteFileSystem
import Synchronization

/// A local file open for reading.
struct LocalReader: RemoteReader {
    let path: RemotePath
    let descriptor: Descriptor
    let attributes: FileAttributes?

    func read(at offset: Int64, count: Int) async throws(StorageError) -> ByteBuffer {
        if Task.isCancelled { throw .cancelled }
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        while buffer.readableBytes < count {
            let position = offset + Int64(buffer.readableBytes)
            let wanted = count - buffer.readableBytes
            var got: Int?
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
                got = retryingInterrupts { pread(descriptor.number, space.baseAddress, wanted, off_t(position)) }
                return got ?? 0
            }
            guard let got else { throw StorageError(errno: errno, "read", path) }
            if got == 0 { break }
        }
        return buffer
    }

    func close() async {}
}

/// A local file open for writing; what `setAttributes` gives is applied at the end.
final class LocalWriter: RemoteWriter {
    private let path: RemotePath
    private let descriptor: Descriptor
    private let pending = Mutex(AttributeChanges())
    private let writeback = Mutex(EarlyWriteback())

    init(path: RemotePath, descriptor: Descriptor) {
        self.path = path
        self.descriptor = descriptor
    }

    func write(_ bytes: ByteBuffer, at offset: Int64) async throws(StorageError) {
        if Task.isCancelled { throw .cancelled }
        let isComplete = bytes.withUnsafeReadableBytes { data in
            var written = 0
            while written < data.count {
                let rest = UnsafeRawBufferPointer(rebasing: data[written...])
                guard
                    let count = retryingInterrupts({
                        pwrite(descriptor.number, rest.baseAddress, rest.count, off_t(offset) + off_t(written))
                    })
                else { return false }
                written += count
            }
            return true
        }
        guard isComplete else { throw StorageError(errno: errno, "written", path) }
        if let part = writeback.withLock({ $0.wrote(Int64(bytes.readableBytes), at: offset) }) {
            _ = remora_start_writing(descriptor.number, part.lowerBound, part.upperBound - part.lowerBound)
        }
    }

    func synchronize() async throws(StorageError) {
        guard fsync(descriptor.number) == 0 else { throw StorageError(errno: errno, "brought to the disk", path) }
    }

    func setAttributes(_ changes: AttributeChanges) async throws(StorageError) {
        pending.withLock { pending in
            pending.size = changes.size ?? pending.size
            pending.permissions = changes.permissions ?? pending.permissions
            pending.modified = changes.modified ?? pending.modified
            pending.accessed = changes.accessed ?? pending.accessed
        }
    }

    func close() async throws(StorageError) {
        let changes = pending.withLock { $0 }
        try changes.apply(to: descriptor, path)
        guard changes.modified != nil || changes.accessed != nil else { return }
        guard futimens(descriptor.number, [timespec(changes.accessed), timespec(changes.modified)]) == 0 else {
            throw StorageError(errno: errno, "given its time", path)
        }
    }

    func abort() async {}
}
