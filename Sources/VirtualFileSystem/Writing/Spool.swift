import FileModel
import Glibc
import NIOCore
import Synchronization

/// A local copy of a file whose server takes whole files only.
///
/// It has no name (open(2), O_TMPFILE), so nothing stays behind when the process dies. Reads and writes of local disk
/// are short and happen where they are called.
final class Spool: Sendable {
    let descriptor: CInt
    private let budget: SpoolBudget
    private let length: Mutex<Int64>
    /// The content has a name as well, and must not change any more.
    let isShared = Atomic(false)

    /// - Throws: `.noSpace`, `.failed` when the directory takes no files.
    init(directory: String, budget: SpoolBudget) throws(StorageError) {
        descriptor = Self.openUnnamed(in: directory)
        self.budget = budget
        length = Mutex(0)
        if descriptor < 0 {
            throw StorageError(
                .failed, "no spool file can be made in \(directory): \(String(cString: strerror(errno)))")
        }
    }

    /// A file with a name of its own, outside of every budget.
    init(descriptor: CInt, length: Int64) {
        self.descriptor = descriptor
        budget = .unlimited
        self.length = Mutex(length)
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
        budget.giveBack(length.withLock { $0 })
    }

    private static func openUnnamed(in directory: String) -> CInt {
        let temporaryFile: CInt = 0o20_000_000 | O_DIRECTORY
        let unnamed = open(directory, temporaryFile | O_RDWR | O_CLOEXEC, 0o600)
        if unnamed >= 0 || (errno != EOPNOTSUPP && errno != EISDIR) { return unnamed }
        var template = Array("\(directory)/.spool-XXXXXX".utf8CString)
        let named = mkstemp(&template)
        if named >= 0 {
            unlink(template)
            _ = fcntl(named, F_SETFD, FD_CLOEXEC)
        }
        return named
    }

    var size: Int64 { length.withLock { $0 } }

    /// Reads up to `count` bytes; fewer only at the end.
    func read(at offset: Int64, count: Int) throws(StorageError) -> ByteBuffer {
        let count = Int(min(Int64(count), max(0, size - offset)))
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        while buffer.readableBytes < count {
            let position = offset + Int64(buffer.readableBytes)
            let wanted = count - buffer.readableBytes
            let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { memory in
                max(0, pread(descriptor, memory.baseAddress, wanted, off_t(position)))
            }
            if got == 0 { throw StorageError(.failed, "the spool file cannot be read") }
        }
        return buffer
    }

    func write(_ bytes: ByteBuffer, at offset: Int64) throws(StorageError) {
        let before = size
        try reserve(upTo: offset + Int64(bytes.readableBytes))
        do throws(StorageError) {
            try store(bytes, at: offset)
        } catch {
            try? truncate(to: before)
            throw error
        }
    }

    private func store(_ bytes: ByteBuffer, at offset: Int64) throws(StorageError) {
        var rest = bytes
        var position = offset
        while rest.readableBytes > 0 {
            let written = rest.withUnsafeReadableBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(position)) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.writeFailed(errno) }
            rest.moveReaderIndex(forwardBy: written)
            position += Int64(written)
        }
    }

    /// Sets the size; new room reads as zeros.
    func truncate(to size: Int64) throws(StorageError) {
        let current = self.size
        if size > current { try budget.take(size - current) }
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            if size > current { budget.giveBack(size - current) }
            throw Self.writeFailed(errno)
        }
        if size < current { budget.giveBack(current - size) }
        length.withLock { $0 = size }
    }

    private func reserve(upTo end: Int64) throws(StorageError) {
        let missing = end - size
        guard missing > 0 else { return }
        try budget.take(missing)
        length.withLock { $0 = end }
    }

    static func writeFailed(_ code: CInt) -> StorageError {
        let isFull = code == ENOSPC || code == EDQUOT
        return StorageError(
            isFull ? .noSpace : .failed, "the spool file cannot be written: \(String(cString: strerror(code)))")
    }
}
