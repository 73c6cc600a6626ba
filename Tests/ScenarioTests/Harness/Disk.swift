import Glibc
import TestServers

/// A path of the local machine, as bytes; files of a mount are touched through it like any others.
struct DiskPath: Sendable, Hashable, CustomStringConvertible {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }
    private init(bytes: [UInt8]) { self.bytes = bytes }

    static func / (folder: DiskPath, name: String) -> DiskPath { folder / Array(name.utf8) }
    static func / (folder: DiskPath, name: [UInt8]) -> DiskPath {
        DiskPath(bytes: folder.bytes + [UInt8(ascii: "/")] + name)
    }

    var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Calls `body` with the path as C wants it, and throws what `errno` says when it answers -1.
    @discardableResult
    func call(_ body: (UnsafePointer<CChar>) -> CInt) throws -> CInt {
        let path = bytes.map { CChar(bitPattern: $0) } + [0]
        let result = path.withUnsafeBufferPointer { buffer in buffer.baseAddress.map(body) ?? -1 }
        guard result >= 0 else { throw SystemError("\(self)", code: errno) }
        return result
    }
}

extension DiskPath {
    func status() throws -> stat {
        var status = stat()
        try call { lstat($0, &status) }
        return status
    }

    var exists: Bool { (try? status()) != nil }

    /// Names in a directory, sorted.
    func names() throws -> [[UInt8]] {
        let path = bytes.map { CChar(bitPattern: $0) } + [0]
        guard let stream = opendir(path) else { throw SystemError("\(self)", code: errno) }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [46], name != [46, 46] { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw SystemError("\(self)", code: errno) }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    func makeDirectory() throws { try call { mkdir($0, 0o755) } }
    func removeDirectory() throws { try call { rmdir($0) } }
    func removeFile() throws { try call { unlink($0) } }

    func move(to target: DiskPath) throws {
        try call { old in (try? target.call { rename(old, $0) }) ?? -1 }
    }

    func truncate(to size: Int) throws { try call { Glibc.truncate($0, off_t(size)) } }

    /// Sets the modification time to a whole second.
    func setModified(_ seconds: Int) throws {
        let times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        try call { utimensat(AT_FDCWD, $0, times, 0) }
    }

    /// Makes another account the owner of a file, as if that one had made it.
    func give(to owner: UInt32) throws {
        if owner != getuid() { try call { chown($0, owner, owner) } }
    }

    /// Runs `body` on the open file, and closes it; close(2) may be where a remote file system says what went wrong.
    func open<R>(_ flags: CInt, _ body: (CInt) throws -> R) throws -> R {
        let file = try call { Glibc.open($0, flags | O_CLOEXEC, 0o644) }
        let result: R
        do {
            result = try body(file)
        } catch {
            close(file)
            throw error
        }
        guard close(file) == 0 else { throw SystemError("closing \(self)", code: errno) }
        return result
    }

    func write(_ content: [UInt8]) throws {
        try open(O_WRONLY | O_CREAT | O_TRUNC) { try Self.writeAll(content, to: $0, at: 0, self) }
    }

    func overwrite(_ content: [UInt8], at offset: Int) throws {
        try open(O_WRONLY) { try Self.writeAll(content, to: $0, at: offset, self) }
    }

    func append(_ content: [UInt8]) throws {
        let size = Int(try status().st_size)
        try open(O_WRONLY | O_APPEND) { try Self.writeAll(content, to: $0, at: size, self) }
    }

    func read() throws -> [UInt8] {
        try open(O_RDONLY) { file in
            var content: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = Glibc.read(file, &buffer, buffer.count)
                guard count >= 0 else { throw SystemError("reading \(self)", code: errno) }
                if count == 0 { return content }
                content += buffer[..<count]
            }
        }
    }

    static func writeAll(_ content: [UInt8], to file: CInt, at offset: Int, _ path: DiskPath) throws {
        var done = 0
        while done < content.count {
            let count = content.withUnsafeBytes { bytes in
                pwrite(file, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
            }
            guard count > 0 else { throw SystemError("writing \(path)", code: errno) }
            done += count
        }
    }
}
