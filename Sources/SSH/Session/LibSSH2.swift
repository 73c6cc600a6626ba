import CSSH2
import Glibc

/// The library as a whole.
enum LibSSH2 {
    private static let initialized = libssh2_init(0)

    /// Must come before any other call; libssh2_init(3) is not thread-safe, the first use of a static is.
    static func initialize() { precondition(initialized == 0, "libssh2_init failed") }

    static let version = libssh2_version(0).map { String(cString: $0) } ?? "?"

    /// RSA signatures with SHA-2 (RFC 8332) came with 1.11; without, servers since OpenSSH 8.8 refuse RSA keys.
    static let signsRSAWithSHA2 = libssh2_version(0x010B00) != nil

    /// libssh2 wants a descriptor, makes it non-blocking if it is not, and never reads or writes it, as it has our
    /// callbacks for that.
    static let unusedDescriptor = open("/dev/null", O_RDONLY | O_NONBLOCK | O_CLOEXEC)

    /// The names of all algorithms of a kind (`LIBSSH2_METHOD_*`) that the library was built with.
    static func algorithms(_ session: OpaquePointer, _ method: CInt) -> [String] {
        var list: UnsafeMutablePointer<UnsafePointer<CChar>?>?
        let count = libssh2_session_supported_algs(session, method, &list)
        guard count > 0, let list else { return [] }
        defer { libssh2_free(session, UnsafeMutableRawPointer(list)) }
        return (0..<Int(count)).compactMap { list[$0].map { String(cString: $0) } }
    }
}
