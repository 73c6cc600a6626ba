import Glibc

/// Writing and checking whole files of stamped content on the local disk.
enum StampedFile {
    private static let chunk = 1 << 20

    /// - Parameters:
    ///   - modified: seconds since 1970; nil is now.
    ///   - isSparse: only the size is set, and nothing is written.
    static func write(
        _ path: String, size: Int, version: UInt64 = 0, owner: uid_t? = nil, modified: Int? = nil,
        isSparse: Bool = false
    ) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Disk.Failure(path) }
        defer { close(file) }
        if isSparse {
            guard ftruncate(file, size) == 0 else { throw Disk.Failure(path) }
        } else {
            try fill(file, size, StampedContent(name: name(path), version: version), path)
        }
        if let owner, owner != getuid(), fchown(file, owner, owner) != 0 { throw Disk.Failure(path) }
        if let modified {
            let time = timespec(tv_sec: modified, tv_nsec: 0)
            guard futimens(file, [time, time]) == 0 else { throw Disk.Failure(path) }
        }
    }

    private static func fill(_ file: CInt, _ size: Int, _ content: StampedContent, _ path: String) throws {
        try withUnsafeTemporaryAllocation(byteCount: min(chunk, max(size, 1)), alignment: 8) { buffer in
            for offset in stride(from: 0, to: size, by: chunk) {
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(chunk, size - offset)])
                content.fill(part, from: offset / StampedContent.blockSize)
                guard Glibc.write(file, part.baseAddress, part.count) == part.count else { throw Disk.Failure(path) }
            }
        }
    }

    static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
