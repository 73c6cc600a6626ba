import FileModel

/// What ssh_config(5) says of one host, as it stands there: tokens and `~` are not replaced. nil is "nothing said".
public struct SSHConfigValues: Hashable, Sendable {
    public var hostName: String?
    public var port: Int?
    public var user: String?
    public var identitiesOnly: Bool?
    public var identityFiles: [String] = []
    public var userKnownHostsFiles: [String]?
    public var globalKnownHostsFiles: [String]?
    public var hostKeyAlias: String?
    public var identityAgent: String?

    public init() {}
}

/// Why the configuration cannot be used.
public struct SSHConfigProblem: Error, Hashable, Sendable {
    /// `/home/anna/.ssh/config:12`.
    public let location: String
    public let message: String

    /// Makes both safe to print: they quote a file.
    init(location: String, message: String) {
        self.location = printable(location.utf8)
        self.message = printable(message.utf8)
    }
}
