extension TestServer {
    /// dropbear, which runs OpenSSH's sftp-server for its SFTP subsystem.
    ///
    /// A login lands in a folder beside the one that tests work in: dropbear reads authorized_keys from the home folder
    /// only, and that must not show in listings.
    /// - Parameters:
    ///   - password: whether logins by password are allowed (a key always is).
    ///   - extra: more arguments for dropbear(8).
    public static func dropbear(password: Bool = true, extra: [String] = []) async throws -> TestServer {
        let site = try await ServerSite(.dropbear, home: "home")
        let keys = try await SFTPKeys(for: site)
        for folder in ["home", "home/.ssh"] {
            try LocalFiles.makeDirectory(site.folder(folder), mode: 0o700, owner: site.account.uid)
        }
        let accepted = site.folder("home/.ssh/authorized_keys")
        try LocalFiles.write(try LocalFiles.read(keys.authorizedKeysFile), to: accepted)
        let hostKey = site.folder("host_key.dropbear")
        try await tool("dropbearconvert", "openssh", "dropbear", keys.host.privateKeyFile, hostKey)
        let arguments = [
            site.program, "-F", "-E", "-p", "127.0.0.1:\(site.port)", "-r", hostKey, "-P", site.folder("pid"),
        ]
        return try await TestServer(
            site,
            ServerSetup(
                command: arguments + (password ? [] : ["-s"]) + extra, rootOnServer: site.root,
                password: password ? site.account.password : nil, privateKeyFile: keys.client.privateKeyFile,
                knownHostsFile: keys.knownHostsFile))
    }
}
