public import FileModel
import Glibc
public import Transport

/// What holds for a connection once ssh_config(5) was read: all values are settled, tokens and `~` replaced.
public struct SSHConfiguration: Hashable, Sendable {
    public var endpoint: Endpoint
    public var user: String
    public var identityFiles: [String]
    public var identitiesOnly: Bool
    /// nil: nothing said.
    public var knownHostsFiles: [String]?
    public var hostKeyAlias: String?
    /// nil: the one of SSH_AUTH_SOCK. Empty: no agent.
    public var agentSocket: String?

    public static let defaultFiles = ["~/.ssh/config", "/etc/ssh/ssh_config"]

    /// Reads the files on a thread that may block.
    ///
    /// - Parameters:
    ///   - host: as the user wrote it: a name, an address, or an alias.
    ///   - port: nil: as the files say, or 22.
    ///   - user: nil: as the files say, or the one who runs the program.
    /// - Throws: `.configuration` when a file cannot be used, or asks for what libssh2 cannot do.
    public static func of(
        host: String, port: Int? = nil, user: String? = nil, files: [String] = defaultFiles
    ) async throws(StorageError) -> SSHConfiguration {
        try await SSHThreads.run {
            let localUser = try ownName(orElse: user)
            let subject = SSHConfigReader.Subject(host: host, user: user, localUser: localUser, port: port)
            return try SSHConfiguration(subject, SSHConfigFiles(files: files).values(for: subject))
        }
    }

    /// The name of who runs the program, as ssh(1) takes it.
    private static func ownName(orElse user: String?) throws(StorageError) -> String {
        if let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name { return String(cString: name) }
        guard let user else {
            throw StorageError(.configuration, "there is no user name: put one into the URL or set user in [remote]")
        }
        return user
    }

    init(_ subject: SSHConfigReader.Subject, _ values: SSHConfigValues) throws(StorageError) {
        let host = values.hostName.map { SSHConfigTokens.hostName($0, host: subject.host) } ?? subject.host
        let port = subject.port ?? values.port ?? 22
        endpoint = Endpoint(host: host, port: port)
        user = subject.user ?? values.user ?? subject.localUser
        identitiesOnly = values.identitiesOnly ?? false
        hostKeyAlias = values.hostKeyAlias
        let tokens = SSHConfigTokens(
            home: LocalPath.expandingTilde("~/").dropLast().description, localHost: LocalPath.hostName, host: host,
            originalHost: subject.host, hostKeyAlias: values.hostKeyAlias, port: port, user: user,
            localUser: subject.localUser, localUserID: getuid())
        identityFiles = try Self.expand(values.identityFiles, "IdentityFile", tokens)
        agentSocket = try Self.agent(values.identityAgent, tokens)
        if let files = values.userKnownHostsFiles {
            let global = values.globalKnownHostsFiles ?? ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]
            knownHostsFiles = try Self.expand(files, "UserKnownHostsFile", tokens) + global.filter { $0 != "none" }
        }
    }

    private static func expand(
        _ texts: [String], _ keyword: String, _ tokens: SSHConfigTokens
    ) throws(StorageError) -> [String] {
        var paths: [String] = []
        for text in texts where text.lowercased() != "none" {
            do throws(SSHConfigTokens.UnknownToken) {
                paths.append(try tokens.expand(text))
            } catch {
                throw StorageError(
                    .configuration,
                    "\(keyword) \(text) in ssh_config: %\(error.token) is not known here: "
                        + "use transport = \"openssh\", or write the path out")
            }
        }
        return paths
    }

    private static func agent(_ text: String?, _ tokens: SSHConfigTokens) throws(StorageError) -> String? {
        guard let text, text != "SSH_AUTH_SOCK" else { return nil }
        if text.lowercased() == "none" { return "" }
        if text.hasPrefix("$") {
            let name = text.dropFirst().filter { $0 != "{" && $0 != "}" }
            return getenv(String(name)).map { String(cString: $0) } ?? ""
        }
        return try expand([text], "IdentityAgent", tokens).first
    }
}
