import FileModel
import Glibc

/// A small file read at once, with what fstat(2) says of it.
struct SmallFile {
    let bytes: [UInt8]
    /// The low twelve mode bits.
    let mode: UInt16
    let owner: UInt32

    /// - Parameter limit: longer files are cut after `limit + 1` bytes.
    /// - Throws: `.notFound`, `.permissionDenied`, or `.failed` with the system's words.
    init(path: String, limit: Int) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, errno) }
        if status.st_mode & S_IFMT == S_IFDIR { throw StorageError(.isDirectory, "\(path) is a folder, not a file") }
        mode = UInt16(status.st_mode & 0o7777)
        owner = status.st_uid
        bytes = try Self.content(of: descriptor, path: path, limit: limit + 1)
    }

    private static func content(of descriptor: CInt, path: String, limit: Int) throws(StorageError) -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while content.count < limit {
            let count = read(descriptor, &buffer, min(buffer.count, limit - content.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, errno) }
            if count == 0 { break }
            content += buffer[..<count]
        }
        return content
    }

    static func failure(_ path: String, _ code: CInt) -> StorageError {
        let words = "\(path) cannot be read: \(String(cString: strerror(code)))"
        switch code {
        case ENOENT, ENOTDIR: return StorageError(.notFound, "\(path) does not exist")
        case EACCES, EPERM: return StorageError(.permissionDenied, words)
        default: return StorageError(.failed, words)
        }
    }
}

/// The names in a folder.
enum FolderListing {
    /// - Returns: nil when the folder does not exist.
    static func names(in path: String) throws(StorageError) -> [[UInt8]]? {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return nil }
            throw SmallFile.failure(path, errno)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
                    Array(
                        UnsafeBufferPointer(
                            start: bytes,
                            count: strnlen(UnsafeRawPointer(bytes).assumingMemoryBound(to: CChar.self), 256)))
                }
            }
            names.append(name)
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
