import FileModel
public import Transport

/// How the system's `ssh` is started to reach an SFTP server (`transport = "openssh"`).
///
/// ssh_config(5) holds for everything that is nil or empty here: host aliases, ProxyJump, keys of hardware tokens.
/// Nothing secret is ever part of the command line; ssh asks no questions.
public struct OpenSSHSettings: Sendable {
    /// A host name, or an alias of ssh_config(5).
    public var host: String
    public var port: Int?
    public var user: String?
    public var identityFiles: [String] = []
    public var knownHostsFiles: [String] = []
    /// Read instead of the user's and the system's ssh_config(5); `none` for no file. A jump host is reached by it too.
    public var configFile: String?
    public var hostKeyCheck = HostKeyCheck.configured
    public var compression = false
    public var dial = DialOptions()
    /// ssh gives up when the server shows no sign of life for this long.
    public var timeout: Duration = .seconds(10)
    /// The program.
    public var program = "ssh"

    /// `StrictHostKeyChecking` of ssh_config(5).
    public enum HostKeyCheck: Hashable, Sendable {
        /// As ssh_config(5) says; a question is answered with no.
        case configured
        case knownHosts, trustOnFirstUse, any
    }

    public init(host: String, port: Int? = nil, user: String? = nil) {
        self.host = host
        self.port = port
        self.user = user
    }
}

extension OpenSSHSettings {
    /// The command line.
    public var command: [String] {
        var words = [program, "-o", "BatchMode=yes", "-o", "ClearAllForwardings=yes", "-a", "-x", "-T"]
        words += ["-o", "ConnectTimeout=\(Self.wholeSeconds(dial.connectTimeout))"]
        words += ["-o", "ServerAliveInterval=\(Self.wholeSeconds(timeout))", "-o", "ServerAliveCountMax=2"]
        if let configFile { words += ["-F", configFile] }
        if let port { words += ["-p", String(port)] }
        if let user { words += ["-l", user] }
        for file in identityFiles { words += ["-i", file] }
        if !identityFiles.isEmpty { words += ["-o", "IdentitiesOnly=yes"] }
        words += hostKeyOptions
        if compression { words += ["-C"] }
        switch dial.addressFamily {
        case .any: break
        case .ipv4: words += ["-4"]
        case .ipv6: words += ["-6"]
        }
        if let address = dial.bindAddress { words += ["-b", address] }
        // A host that looks like an option must not become one.
        return words + ["-s", "--", host, "sftp"]
    }

    private var hostKeyOptions: [String] {
        var words: [String] = []
        switch hostKeyCheck {
        case .configured: break
        case .knownHosts: words += ["-o", "StrictHostKeyChecking=yes"]
        case .trustOnFirstUse: words += ["-o", "StrictHostKeyChecking=accept-new"]
        case .any: words += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
        }
        if !knownHostsFiles.isEmpty, hostKeyCheck != .any {
            let files = knownHostsFiles.map { "\"\($0)\"" }.joined(separator: " ")
            words += ["-o", "UserKnownHostsFile=\(files)", "-o", "GlobalKnownHostsFile=/dev/null"]
        }
        return words
    }

    private static func wholeSeconds(_ duration: Duration) -> Int64 { max(1, duration.components.seconds) }

    var peer: String {
        let address = port.map { Endpoint(host: host, port: $0).description } ?? host
        return user.map { "\($0)@\(address)" } ?? address
    }
}
