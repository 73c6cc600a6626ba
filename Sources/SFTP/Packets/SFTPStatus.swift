import FileModel

/// The verdict of a request that has no other answer (draft-ietf-secsh-filexfer-02 §7).
struct SFTPStatus: Hashable, Sendable {
    let code: Code
    /// The server's words, safe to print; often no more than the code's name.
    let message: String

    init(_ code: Code, message: String = "") {
        self.code = code
        self.message = message
    }

    /// `SSH_FX_*`; servers may use codes of later drafts.
    struct Code: RawRepresentable, Hashable, Sendable {
        let rawValue: UInt32
        init(rawValue: UInt32) { self.rawValue = rawValue }

        static let ok = Code(rawValue: 0)
        static let endOfFile = Code(rawValue: 1)
        static let noSuchFile = Code(rawValue: 2)
        static let permissionDenied = Code(rawValue: 3)
        /// Anything else: exists already, not empty, disk full and a dozen more.
        static let failure = Code(rawValue: 4)
        static let badMessage = Code(rawValue: 5)
        static let noConnection = Code(rawValue: 6)
        static let connectionLost = Code(rawValue: 7)
        static let unsupported = Code(rawValue: 8)
    }

    var isOK: Bool { code == .ok }
}

extension SFTPStatus {
    /// The one table from SFTP status to error code.
    ///
    /// Codes from 9 on are of drafts 03 to 13, which some servers use in version 3 as well. `badMessage` stands for a
    /// bad argument: OpenSSH answers it for ENAMETOOLONG and EINVAL.
    private static let errorCodes: [UInt32: StorageError.Code] = [
        1: .failed, 2: .notFound, 3: .permissionDenied, 4: .failed, 5: .invalidArgument, 6: .connectionLost,
        7: .connectionLost, 8: .unsupported, 9: .staleHandle, 10: .notFound, 11: .alreadyExists, 12: .readOnly,
        13: .failed, 14: .noSpace, 15: .noSpace, 16: .permissionDenied, 17: .busy, 18: .notEmpty, 19: .notDirectory,
        20: .invalidName, 21: .failed, 22: .permissionDenied, 23: .invalidArgument, 24: .isDirectory, 25: .busy,
        26: .busy, 27: .busy, 28: .busy, 29: .permissionDenied, 30: .permissionDenied, 31: .failed,
    ]

    /// What a failure means whose text is that of strerror(3), as ProFTPD and asyncssh send it.
    private static let failureTexts: [String: StorageError.Code] = [
        "no such file or directory": .notFound, "file exists": .alreadyExists, "not a directory": .notDirectory,
        "is a directory": .isDirectory, "directory not empty": .notEmpty, "no space left on device": .noSpace,
        "disk quota exceeded": .noSpace, "file too large": .noSpace, "read-only file system": .readOnly,
        "permission denied": .permissionDenied, "operation not permitted": .permissionDenied,
        "file name too long": .invalidName, "invalid argument": .invalidArgument, "text file busy": .busy,
        "device or resource busy": .busy, "operation not supported": .unsupported,
        "function not implemented": .unsupported,
    ]

    var errorCode: StorageError.Code {
        if code == .failure, let meant = Self.failureTexts[message.lowercased()] { return meant }
        return Self.errorCodes[code.rawValue] ?? .failed
    }

    /// The error for a request that was refused with this status.
    ///
    /// - Parameter operation: verb and object, such as `open /srv/a`.
    func error(_ operation: String) -> StorageError {
        StorageError(errorCode, "cannot \(operation): \(reason)", serverReply: message.isEmpty ? nil : message)
    }

    private var reason: String {
        switch errorCode {
        case .notFound: "it does not exist"
        case .permissionDenied: "permission denied"
        case .alreadyExists: "it exists already"
        case .unsupported: "the server does not support it"
        case .invalidArgument: "the server refused the name or value"
        case .staleHandle: "the server has closed the file"
        default:
            message.isEmpty ? "the server refused (SFTP status \(code.rawValue))" : "the server says \"\(message)\""
        }
    }
}
