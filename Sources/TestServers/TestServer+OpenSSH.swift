extension TestServer {
    /// OpenSSH's sshd with its stock sftp-server.
    ///
    /// - Parameters:
    ///   - password: whether logins by password are allowed (a key always is).
    ///   - hostKeyType: as `ssh-keygen -t` has it.
    ///   - authorizedKeys: more lines for authorized_keys.
    ///   - extra: lines for sshd_config(5); they win over the defaults here.
    public static func openSSH(
        password: Bool = true, hostKeyType: String = "ed25519", maxSessions: Int = 10, authorizedKeys: [String] = [],
        extra: [String] = []
    ) async throws -> TestServer {
        let site = try await ServerSite(.openSSH)
        let hostKey = try await SSHKeys(type: hostKeyType, at: site.folder("host_key"))
        let clientKey = try await SSHKeys(at: site.folder("client_key"))
        let keys = ([clientKey.publicKey] + authorizedKeys).joined(separator: "\n") + "\n"
        try LocalFiles.write(keys, to: site.folder("authorized_keys"))
        // 127.0.0.2 is where a relay stands in front of the server.
        let names = "[127.0.0.1]:\(site.port),[127.0.0.2]:\(site.port)"
        try LocalFiles.write("\(names) \(hostKey.publicKey)\n", to: site.folder("known_hosts"))
        let allowsPassword = password && site.sandbox != nil
        let lines =
            extra + [
                "ListenAddress 127.0.0.1",
                "Port \(site.port)",
                "HostKey \(site.folder("host_key"))",
                "AuthorizedKeysFile \(site.folder("authorized_keys"))",
                "PasswordAuthentication \(allowsPassword ? "yes" : "no")",
                "KbdInteractiveAuthentication no",
                "PermitRootLogin yes",
                "StrictModes no",
                "UsePAM no",
                "PidFile none",
                "LogLevel VERBOSE",
                "MaxSessions \(maxSessions)",
                "Subsystem sftp /usr/lib/openssh/sftp-server",
            ]
        try LocalFiles.write(lines.joined(separator: "\n") + "\n", to: site.folder("sshd_config"))
        return try await TestServer(
            site,
            ServerSetup(
                command: [site.program, "-D", "-e", "-f", site.folder("sshd_config")], rootOnServer: site.root,
                password: allowsPassword ? site.account.password : nil, privateKeyFile: clientKey.privateKeyFile,
                knownHostsFile: site.folder("known_hosts")))
    }
}
