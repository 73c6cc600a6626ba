import Glibc

/// A system call that failed, with the name of what it was about.
public struct SystemError: Error, CustomStringConvertible, Sendable {
    public let code: CInt
    public let subject: String

    /// - Parameter code: an `errno`.
    public init(_ subject: String, code: CInt) {
        self.subject = subject
        self.code = code
    }

    /// The failure of the call just made.
    init(_ subject: String) { self.init(subject, code: errno) }

    public var description: String { "\(subject): \(String(cString: strerror(code)))" }
}

/// The few file operations that configuring a server takes.
enum LocalFiles {
    static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw SystemError(path) }
        defer { close(file) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw SystemError(path) }
            rest = rest.dropFirst(count)
        }
        guard fchmod(file, mode) == 0 else { throw SystemError(path) }
    }

    static func append(_ text: String, to path: String) throws {
        try write((try read(path)) + text, to: path)
    }

    /// The whole file; also for files of /proc, whose size is not known.
    static func read(_ path: String) throws -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError(path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            guard count >= 0 else { throw SystemError(path) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    static func makeDirectory(_ path: String, mode: mode_t = 0o755, owner: uid_t? = nil) throws {
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError(path) }
        guard chmod(path, mode) == 0 else { throw SystemError(path) }
        if let owner, owner != getuid() {
            guard chown(path, owner, owner) == 0 else { throw SystemError(path) }
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Names in a directory, without `.` and `..`; empty when it cannot be read.
    static func names(in path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a folder and all below it, without following links.
    static func removeTree(_ path: String) {
        guard unlink(path) != 0, errno == EISDIR || errno == EPERM else { return }
        for name in names(in: path) { removeTree("\(path)/\(name)") }
        rmdir(path)
    }
}

/// An environment variable that is set and not empty.
func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}
