import FileModel

/// The one table from replies to `StorageError.Code`.
///
/// Codes alone say little: a 550 is anything from a missing file to a full disk. The words of the common servers are
/// looked up; where they are as vague as vsftpd's `550 Delete operation failed.`, the code is `.failed` and
/// `isVague` tells the caller to find out by asking about the path.
enum ReplyMapping {
    /// Whether a refusal does not tell its reason.
    static func isVague(_ reply: Reply, about path: RemotePath? = nil) -> Bool {
        [450, 451, 550, 553].contains(reply.code) && reason(in: reply, about: path) == nil
    }

    /// The error of a refused command.
    ///
    /// - Parameters:
    ///   - action: what was tried, as in "cannot ACTION": `delete /a/b`.
    ///   - path: its echo in the reply is not read as a reason.
    static func error(_ reply: Reply, action: String, path: RemotePath? = nil) -> StorageError {
        let code = code(of: reply, path: path)
        return StorageError(code, "cannot \(action): \(explanation(code, reply))", serverReply: "\(reply)")
    }

    static func code(of reply: Reply, path: RemotePath? = nil) -> StorageError.Code {
        let reason = Self.reason(in: reply, about: path)
        switch reply.code {
        case 421: return .connectionLost
        case 425: return refusesUnresumedSession(reply) ? .failed : .dataConnectionFailed
        case 522: return refusesUnresumedSession(reply) ? .failed : .tlsFailed
        case 426: return .connectionLost
        case 452, 552: return .noSpace
        case 430, 530: return .connectionLost
        case 532: return .permissionDenied
        case 500, 502, 504: return .unsupported
        case 501: return reason ?? .invalidArgument
        case 503: return .protocolViolation
        case 431, 533, 534, 535, 536, 537: return .tlsFailed
        case 450: return reason ?? .busy
        default: return reason ?? .failed
        }
    }

    /// ProFTPD says 425 `Operation not permitted`, vsftpd 522 `session reuse required`.
    static func refusesUnresumedSession(_ reply: Reply) -> Bool {
        let words = reply.text.lowercased()
        return switch reply.code {
        case 522: ["reuse", "resum"].contains { words.contains($0) }
        case 425: ["reuse", "resum", "operation not permitted"].contains { words.contains($0) }
        default: false
        }
    }

    /// Too many sessions, as a reply to login or as a greeting; `530` needs these words or other proof.
    static func namesALimit(_ reply: Reply) -> Bool {
        if reply.code == 421 { return true }
        let words = reply.text.lowercased()
        return ["too many", "maximum number", "limit", "maximum login", "already logged in", "max clients"]
            .contains { words.contains($0) }
    }

    private static func explanation(_ code: StorageError.Code, _ reply: Reply) -> String {
        if refusesUnresumedSession(reply) {
            return "the server accepts data connections only when they resume the TLS session "
                + "(session_resumption = \"auto\"): \(reply)"
        }
        if reply.code == 522 {
            return "the server wants data connections to be encrypted (protect_data = true): \(reply)"
        }
        return switch code {
        case .notFound: "it does not exist"
        case .alreadyExists: "it exists already"
        case .notDirectory: "it is not a directory"
        case .isDirectory: "it is not a regular file"
        case .notEmpty: "the directory is not empty"
        case .noSpace: "the server has no room for it"
        case .unsupported: "the server does not know the command"
        default: "the server said \(reply)"
        }
    }

    /// The first phrase that the server says itself: names may hold any words, and replies echo them.
    private static func reason(in reply: Reply, about path: RemotePath?) -> StorageError.Code? {
        let text = SearchText(reply.text)
        let echoes = path.map { [printable($0.absolute), $0.name?.description ?? ""] } ?? []
        let echoed = echoes.map(SearchText.folded).filter { $0.count > 2 }.flatMap(text.ranges)
        return phrases.first { phrase, _ in
            text.ranges(of: phrase).contains { range in
                !echoed.contains { $0.lowerBound <= range.lowerBound && $0.upperBound >= range.upperBound }
            }
        }?.code
    }

    private static let phrases = words.map { (phrase: SearchText.folded($0.phrase), code: $0.code) }

    /// The first match counts.
    private static let words: [(phrase: String, code: StorageError.Code)] = [
        ("not empty", .notEmpty),
        ("no such file", .notFound), ("no such directory", .notFound), ("not found", .notFound),
        ("cannot find", .notFound), ("can't find", .notFound), ("does not exist", .notFound),
        ("doesn't exist", .notFound), ("doesn\u{2019}t exist", .notFound), ("not exist", .notFound),
        ("file exists", .alreadyExists), ("already exist", .alreadyExists), ("directory exists", .alreadyExists),
        ("not a directory", .notDirectory),
        ("is a directory", .isDirectory), ("not a regular file", .isDirectory), ("not a plain file", .isDirectory),
        ("only retrieve regular files", .isDirectory),
        ("read-only", .readOnly), ("read only", .readOnly),
        ("privilege", .permissionDenied), ("disk full", .noSpace), ("no space", .noSpace), ("quota", .noSpace),
        ("insufficient", .noSpace),
        ("not enough", .noSpace), ("exceeded", .noSpace),
        ("name too long", .invalidName), ("invalid name", .invalidName), ("prohibited", .invalidName),
        ("invalid directory name", .invalidName), ("illegal", .invalidName), ("invalid file", .invalidName),
        ("too large", .fileTooLarge), ("too big", .fileTooLarge),
        ("permission", .permissionDenied), ("denied", .permissionDenied), ("not permitted", .permissionDenied),
        ("forbidden", .permissionDenied), ("not allowed", .permissionDenied), ("unauthori", .permissionDenied),
        ("in use", .busy), ("being used", .busy), ("busy", .busy), ("locked", .busy),
    ]
}
