public import FileModel
import Transport

/// A step of the connection test, in the order in which they are taken.
public enum TestStep: String, Hashable, Sendable, CaseIterable {
    // Told by the connection as it comes about (`ConnectionStage`, same words)
    case resolve, connect, greeting, tls
    case hostKey = "host-key"
    case login, sftp
    // Asked of the remote
    /// The remote folder exists and is a folder.
    case folder
    /// FTP: the first data connection, which the listing makes.
    case data
    case list
    case upload
    /// The uploaded bytes read back.
    case download
    case delete

    init(_ stage: ConnectionStage) { self = TestStep(rawValue: stage.rawValue) ?? .connect }

    /// The FTP commands whose reply tells how the step went, best first.
    var commands: [String] {
        switch self {
        // It answers no command.
        case .greeting: [""]
        case .tls: ["AUTH"]
        case .login: ["ACCT", "PASS", "USER"]
        case .folder: ["CWD"]
        case .data: ["EPSV", "PASV", "EPRT", "PORT"]
        case .list: ["MLSD", "LIST"]
        case .upload: ["STOR", "APPE"]
        case .download: ["RETR"]
        case .delete: ["DELE"]
        default: []
        }
    }

    /// What is asked of the remote once it is connected.
    static func asked(readOnly: Bool) -> [TestStep] {
        readOnly ? [.folder, .list] : [.folder, .list, .upload, .download, .delete]
    }
}

/// How one step went.
public struct TestStepResult: Sendable {
    public let step: TestStep
    public let duration: Duration
    /// Short clauses for people: addresses, TLS version and cipher, the certificate.
    public var facts: [String]
    /// FTP: the server's own words.
    public var reply: String?
    public var error: StorageError?
    /// What the user can do about the error: one sentence.
    public var remedy: String?

    public init(
        step: TestStep, duration: Duration, facts: [String] = [], reply: String? = nil, error: StorageError? = nil,
        remedy: String? = nil
    ) {
        self.step = step
        self.duration = duration
        self.facts = facts
        self.reply = reply
        self.error = error
        self.remedy = remedy
    }
}
