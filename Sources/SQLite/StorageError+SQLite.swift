import CSQLite
import FileModel
import Glibc

/// The boundary between SQLite's result codes (https://www.sqlite.org/rescode.html) and ours.
extension StorageError {
    /// - Parameter handle: the connection on which the call failed; holds the detail.
    init(sqlite result: CInt, path: String, handle: OpaquePointer?) {
        let systemError = handle.map { sqlite3_system_errno($0) } ?? 0
        let code = Self.code(result, systemError)
        let detail = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(result))
        self.init(code, Self.sentence(code, path, detail))
    }

    /// A file that could not even be opened, by open(2)'s errno.
    init(opening path: String, errno number: CInt) {
        let code = Self.code(errno: number) ?? .failed
        self.init(code, Self.sentence(code, path, String(cString: strerror(number))))
    }

    private static func code(_ result: CInt, _ systemError: CInt) -> Code {
        switch result & 0xff {
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupted
        case SQLITE_FULL: .noSpace
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_READONLY: .readOnly
        case SQLITE_PERM, SQLITE_AUTH: .permissionDenied
        case SQLITE_TOOBIG: .fileTooLarge
        case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_RANGE: .invalidArgument
        case SQLITE_IOERR, SQLITE_CANTOPEN: code(errno: systemError) ?? .failed
        default: .failed
        }
    }

    private static func code(errno number: CInt) -> Code? {
        switch number {
        case ENOSPC, EDQUOT: .noSpace
        case EACCES, EPERM: .permissionDenied
        case EROFS: .readOnly
        case ENOENT: .notFound
        case EISDIR: .isDirectory
        case ENOTDIR: .notDirectory
        default: nil
        }
    }

    private static func sentence(_ code: Code, _ path: String, _ detail: String) -> String {
        switch code {
        case .corrupted: "\(path) is damaged (\(detail)): move it away; a new one is made at the next start"
        case .noSpace: "there is no room for \(path) (\(detail)): free some space on that disk"
        case .busy: "\(path) is in use by another process (\(detail)): try again when that has ended"
        case .permissionDenied, .readOnly: "\(path) cannot be written (\(detail)): check its owner and permissions"
        case .notFound, .notDirectory: "\(path) cannot be opened (\(detail)): create its folder first"
        default: "\(path): \(detail)"
        }
    }
}
