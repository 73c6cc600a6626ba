extension TestServer {
    /// ProFTPD as an SFTP server (its mod_sftp), with one virtual user who sees only the root.
    ///
    /// - Parameters:
    ///   - sftpOptions: words for `SFTPOptions`.
    ///   - extra: lines for the server's configuration.
    public static func proFTPDSFTP(sftpOptions: [String] = [], extra: [String] = []) async throws -> TestServer {
        let site = try await ServerSite(.proFTPDSFTP)
        let keys = try await SFTPKeys(for: site)
        let hash = try await site.account.passwordHash()
        try LocalFiles.write(site.account.passwdLine(hash: hash), to: site.folder("users"), mode: 0o600)
        // mod_sftp reads keys as RFC 4716 has them.
        let accepted = try await tool("ssh-keygen", "-e", "-m", "RFC4716", "-f", keys.client.privateKeyFile + ".pub")
        try LocalFiles.write(accepted, to: site.folder("accepted_keys"))
        let lines =
            base(of: site) + [
                "LoadModule mod_sftp.c",
                "SFTPEngine on",
                "SFTPLog \(site.folder("sftp.log"))",
                "SFTPHostKey \(keys.host.privateKeyFile)",
                "SFTPAuthMethods publickey password",
                "SFTPAuthorizedUserKeys file:\(site.folder("accepted_keys"))",
            ] + (sftpOptions.isEmpty ? [] : ["SFTPOptions " + sftpOptions.joined(separator: " ")]) + extra
        try LocalFiles.write(lines.joined(separator: "\n") + "\n", to: site.folder("proftpd.conf"))
        return try await TestServer(
            site,
            ServerSetup(
                command: [site.program, "-n", "-q", "-c", site.folder("proftpd.conf")], rootOnServer: "/",
                password: site.account.password, privateKeyFile: keys.client.privateKeyFile,
                knownHostsFile: keys.knownHostsFile))
    }
}
