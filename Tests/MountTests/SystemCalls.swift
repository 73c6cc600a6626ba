import Glibc

/// What a system call failed with.
struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    let code: CInt

    init(_ code: CInt) { self.code = code }

    var description: String { String(cString: strerror(code)) }
}

@discardableResult
func check<I: SignedInteger>(_ result: I) throws -> I {
    if result < 0 { throw SystemError(errno) }
    return result
}

/// The system calls that tests make, on any file system.
enum Files {
    static func open(_ path: String, _ flags: CInt, _ mode: mode_t = 0o644) throws -> CInt {
        try check(Glibc.open(path, flags | O_CLOEXEC, mode))
    }

    static func write(_ descriptor: CInt, _ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            done += try bytes[done...].withUnsafeBytes { try check(Glibc.write(descriptor, $0.baseAddress, $0.count)) }
        }
    }

    static func write(_ descriptor: CInt, _ bytes: [UInt8], at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            done += try bytes[done...].withUnsafeBytes {
                try check(pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + done)))
            }
        }
    }

    static func read(_ descriptor: CInt, at offset: Int, count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = try buffer[done...].withUnsafeMutableBytes {
                try check(pread(descriptor, $0.baseAddress, $0.count, off_t(offset + done)))
            }
            if got == 0 { break }
            done += got
        }
        return Array(buffer.prefix(done))
    }

    static func close(_ descriptor: CInt) throws { try check(Glibc.close(descriptor)) }

    static func store(_ path: String, _ bytes: [UInt8], _ flags: CInt = O_WRONLY | O_CREAT | O_TRUNC) throws {
        let descriptor = try open(path, flags)
        do {
            try write(descriptor, bytes)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        try close(descriptor)
    }

    static func content(_ path: String) throws -> [UInt8] {
        let descriptor = try open(path, O_RDONLY)
        defer { Glibc.close(descriptor) }
        return try read(descriptor, at: 0, count: Int(try status(descriptor).st_size) + 1)
    }

    static func status(_ path: String) throws -> stat {
        var result = stat()
        try check(lstat(path, &result))
        return result
    }

    static func status(_ descriptor: CInt) throws -> stat {
        var result = stat()
        try check(fstat(descriptor, &result))
        return result
    }

    static func names(_ path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw SystemError(errno) }
        defer { closedir(directory) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        if errno != 0 { throw SystemError(errno) }
        return names.sorted()
    }

    static func setTime(_ path: String, seconds: Int) throws {
        var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        try check(utimensat(AT_FDCWD, path, &times, AT_SYMLINK_NOFOLLOW))
    }

    static func link(target path: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = try check(readlink(path, &buffer, buffer.count))
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
