import FileModel
import Glibc

/// A stream socket with a name in a folder (unix(7)).
///
/// The folder is named through a descriptor, for `sun_path` holds 107 bytes and folders may be deeper.
struct UnixSocket: ~Copyable {
    let descriptor: CInt

    private init(_ descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Gives the descriptor away.
    consuming func take() -> CInt {
        let descriptor = dup(descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// - Throws: `.failed` with the path.
    static func listen(in folder: String, name: String) throws(StorageError) -> UnixSocket {
        let socket = try make(folder, name)
        let descriptor = socket.descriptor
        unlink("\(folder)/\(name)")
        let result = try at(folder, name) { bind(descriptor, $0, $1) }
        guard result == 0, chmod("\(folder)/\(name)", 0o600) == 0, Glibc.listen(descriptor, 8) == 0 else {
            throw failure("\(folder)/\(name)", "cannot be made")
        }
        return socket
    }

    /// - Throws: `.notFound` when nobody listens there any more.
    static func connect(in folder: String, name: String, limit: Duration) throws(StorageError) -> UnixSocket {
        let socket = try make(folder, name)
        let descriptor = socket.descriptor
        setLimit(limit, of: descriptor)
        guard try at(folder, name, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            throw failure("\(folder)/\(name)", "cannot be reached")
        }
        return socket
    }

    private static func make(_ folder: String, _ name: String) throws(StorageError) -> UnixSocket {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("\(folder)/\(name)", "cannot be opened") }
        return UnixSocket(descriptor)
    }

    /// No read or write takes longer.
    static func setLimit(_ limit: Duration, of descriptor: CInt) {
        let (seconds, attoseconds) = limit.components
        var time = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    private static func at(
        _ folder: String, _ name: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws(StorageError) -> CInt {
        let place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard place >= 0 else { throw failure(folder, "cannot be opened") }
        defer { close(place) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("/proc/self/fd/\(place)/\(name)".utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw StorageError(.invalidName, "\(name) is too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return result
    }

    private static func failure(_ path: String, _ what: String) -> StorageError {
        let isAbandoned = errno == ECONNREFUSED || errno == ENOENT
        return StorageError(
            isAbandoned ? .notFound : .failed, "\(path) \(what): \(String(cString: strerror(errno)))")
    }
}

/// One line each way over a socket.
enum SocketLine {
    /// Reads up to the first newline, or the end.
    ///
    /// - Returns: nil when nothing came in time, or too much.
    static func read(_ descriptor: CInt, atMost limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 && !bytes.isEmpty ? bytes : nil }
            bytes += buffer[..<count]
            if let end = bytes.firstIndex(of: 10) { return Array(bytes[..<end]) }
        }
        return nil
    }

    static func write(_ line: [UInt8], to descriptor: CInt) -> Bool {
        var rest = (line + [10])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
