extension TestServer {
    /// An SFTP server made of the Python library asyncssh, whose login asks what a test wants.
    ///
    /// - Parameters:
    ///   - questions: rounds of keyboard-interactive, each with its questions; empty leaves that method out. The right
    ///     answers are the account's password where nothing is echoed, and its name where it is.
    ///   - methods: those of RFC 4252 that are accepted.
    ///   - algorithms: keyword arguments of `asyncssh.listen`, such as `encryption_algs`.
    public static func asyncSSH(
        questions: [[InteractiveQuestion]] = [], methods: [String] = ["publickey", "password"],
        algorithms: [String: [String]] = [:]
    ) async throws -> TestServer {
        try await python(
            .asyncSSH, script: PythonScripts.asyncSSH, methods: methods,
            questions.map { round in "round " + round.map(\.word).joined(separator: "\t") }
                + algorithms.map { "algorithms \($0) \($1.joined(separator: ","))" })
    }

    /// An SFTP server made of the Python library paramiko, as its users write them: no extension that we use, and
    /// FAILURE for every error but the two that it knows.
    ///
    /// - Parameter isSpartan: FAILURE for those two as well, listings of bare names, and short answers to reads.
    public static func paramiko(isSpartan: Bool = false) async throws -> TestServer {
        try await python(
            .paramiko, script: PythonScripts.paramiko, methods: ["publickey", "password"],
            ["dialect \(isSpartan ? "spartan" : "usual")"])
    }

    private static func python(
        _ kind: ServerKind, script: String, methods: [String], _ lines: [String]
    ) async throws -> TestServer {
        let site = try await ServerSite(kind)
        let keys = try await SFTPKeys(for: site)
        let settings = [
            "port \(site.port)", "root \(site.root)", "uid \(site.account.uid)", "user \(site.account.name)",
            "password \(site.account.password)", "host_key \(keys.host.privateKeyFile)",
            "authorized_keys \(keys.authorizedKeysFile)", "methods \(methods.joined(separator: ","))",
        ]
        try LocalFiles.write((settings + lines).joined(separator: "\n") + "\n", to: site.folder("settings"))
        try LocalFiles.write(PythonScripts.settings + script, to: site.folder("server.py"))
        let allowsPassword = methods.contains("password") || methods.contains("keyboard-interactive")
        return try await TestServer(
            site,
            ServerSetup(
                // Debian's own interpreter has the libraries, whatever other comes first in PATH.
                command: ["/usr/bin/python3", "-W", "ignore", site.folder("server.py"), site.folder("settings")],
                rootOnServer: kind == .asyncSSH ? site.root : "/",
                password: allowsPassword ? site.account.password : nil,
                privateKeyFile: keys.client.privateKeyFile, knownHostsFile: keys.knownHostsFile))
    }
}

/// A question of keyboard-interactive (RFC 4256 §3.2).
public struct InteractiveQuestion: Sendable {
    let prompt: String
    let isEchoed: Bool

    public init(_ prompt: String, isEchoed: Bool = false) {
        self.prompt = prompt
        self.isEchoed = isEchoed
    }

    var word: String { (isEchoed ? "+" : "-") + prompt }
}
