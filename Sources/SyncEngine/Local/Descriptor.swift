import FileModel
import Glibc

/// An open file descriptor that closes itself.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }
}

extension StorageError {
    /// What a system call on `path` ran into (errno(3)).
    init(errno number: Int32, _ doing: String, _ path: RemotePath) {
        let reason = String(cString: strerror(number))
        self.init(Self.code(errno: number), "\(path) on this machine could not be \(doing): \(reason)")
    }

    static func code(errno number: Int32) -> Code {
        switch number {
        case ENOENT: .notFound
        case EEXIST: .alreadyExists
        case ENOTDIR, ELOOP: .notDirectory
        case EISDIR: .isDirectory
        case ENOTEMPTY: .notEmpty
        case EACCES, EPERM: .permissionDenied
        case EROFS: .readOnly
        case ENOSPC, EDQUOT: .noSpace
        case EFBIG: .fileTooLarge
        case ENAMETOOLONG, EILSEQ: .invalidName
        case EINVAL: .invalidArgument
        case ENOSYS, EOPNOTSUPP, EXDEV, EMLINK: .unsupported
        case ESTALE: .staleHandle
        case EBUSY, ETXTBSY: .busy
        default: .failed
        }
    }
}

/// Calls again as long as a signal interrupted the call.
///
/// - Returns: the result, or nil with errno as the call left it.
func retryingInterrupts(_ call: () -> Int) -> Int? {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { return nil }
    }
}

extension FileName {
    /// Calls `body` with the name as C reads it; a `FileName` holds no NUL.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (bytes + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { preconditionFailure("a name is never empty") }
                return body(start)
            }
        }
    }
}
