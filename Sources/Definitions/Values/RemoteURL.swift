public import FileModel

/// The protocol in front of a URL.
public enum RemoteScheme: String, Hashable, Sendable, CaseIterable {
    /// FTP, with TLS where the server offers it.
    case ftp
    /// FTP with explicit TLS (AUTH TLS), or nothing.
    case ftpes
    /// FTP with implicit TLS.
    case ftps
    case sftp

    public var family: ProtocolFamily { self == .sftp ? .sftp : .ftp }

    public var defaultPort: Int {
        switch self {
        case .ftp, .ftpes: 21
        case .ftps: 990
        case .sftp: 22
        }
    }
}

/// `scheme://user:password@host:port/path`.
///
/// User, password and path may hold percent-encoded bytes. The path is absolute on the server; `/~/x` is below the
/// login folder, no path is the login folder itself.
public struct RemoteURL: Hashable, Sendable {
    public let scheme: RemoteScheme
    public let user: String?
    public let password: Secret?
    /// A name or an address without brackets; empty where the text has none.
    public let host: String
    public let port: Int?
    /// nil where the text ends behind the host.
    public let folder: RemoteFolder?

    public init(_ text: String) throws(URLProblem) {
        let parser = URLParser(text)
        let parts = try parser.parse()
        scheme = parts.scheme
        user = parts.user
        password = parts.password
        host = parts.host
        port = parts.port
        folder = parts.folder
    }

    /// Whether a word of the command line is meant as a URL rather than as a name or a folder.
    public static func looksLikeURL(_ text: String) -> Bool {
        let scheme = text.utf8.prefix { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
        return !scheme.isEmpty && text.utf8.dropFirst(scheme.count).starts(with: "://".utf8)
    }
}

/// Why a text is no URL of a server. `message` never holds a part of a password.
public struct URLProblem: Error, Hashable, Sendable {
    public let message: String
    public var suggestion: String?
    /// The bytes of the text that are wrong.
    public let range: Range<Int>
}
