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
        let keys = try await SFTPKeys(for: site, hostKeyType: hostKeyType, authorizedKeys: authorizedKeys)
        let allowsPassword = password && site.sandbox != nil
        let lines =
            extra + [
                "ListenAddress 127.0.0.1",
                "Port \(site.port)",
                "HostKey \(keys.host.privateKeyFile)",
                "AuthorizedKeysFile \(keys.authorizedKeysFile)",
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
                password: allowsPassword ? site.account.password : nil, privateKeyFile: keys.client.privateKeyFile,
                knownHostsFile: keys.knownHostsFile))
    }
}
