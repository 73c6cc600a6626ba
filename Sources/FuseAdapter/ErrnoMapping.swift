import FileModel
import Glibc

extension StorageError {
    /// What a system call returns for this error.
    ///
    /// An outage is never ENOENT: whoever reads must not take a server that is down for a file that is gone.
    var systemError: CInt {
        switch code {
        case .notFound: ENOENT
        case .alreadyExists: EEXIST
        case .notDirectory: ENOTDIR
        case .isDirectory: EISDIR
        case .notEmpty: ENOTEMPTY
        case .permissionDenied, .loginFailed, .proxyRefused: EACCES
        case .readOnly: EROFS
        case .noSpace: ENOSPC
        case .fileTooLarge: EFBIG
        case .invalidName, .invalidArgument: EINVAL
        case .unsupported: EOPNOTSUPP
        case .staleHandle: ESTALE
        case .busy: EBUSY
        case .cancelled: EINTR
        case .timedOut: ETIMEDOUT
        case .unreachable, .corrupted, .connectionLost, .tooManyConnections, .hostKeyRejected, .tlsFailed,
            .dataConnectionFailed,
            .rootMissing, .protocolViolation, .configuration, .failed:
            EIO
        }
    }

    /// Whether programs meet this error in the normal course of things, so that it is not worth a line in the log.
    var isRoutine: Bool {
        switch code {
        case .notFound, .alreadyExists, .notDirectory, .isDirectory, .notEmpty, .permissionDenied, .readOnly,
            .unsupported, .invalidArgument, .invalidName, .cancelled:
            true
        default: false
        }
    }
}
