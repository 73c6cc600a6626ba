extension TestServer {
    /// ProFTPD with one virtual user.
    ///
    /// - Parameters:
    ///   - protocols: versions as TLSProtocol names them.
    ///   - requiredFor: what TLSRequired insists on: `on` for both connections, `ctrl`, `off`.
    ///   - requireSessionReuse: data connections must resume the control connection's TLS session.
    ///   - maxClients: more are refused with 530.
    ///   - timezone: the TZ of its processes; nil is that of the machine.
    ///   - extra: lines for the server's configuration.
    public static func proFTPD(
        tls: ServerTLS = .none, certificate: CertificateKind = .valid,
        protocols: String = "TLSv1.2 TLSv1.3", requiredFor: String = "on", requireSessionReuse: Bool = true,
        maxClients: Int? = nil, passivePorts: Int = 90, timezone: String? = nil, extra: [String] = []
    ) async throws -> TestServer {
        let site = try await ServerSite(.proFTPD, passivePorts: passivePorts, timezone: timezone)
        let hash = try await site.account.passwordHash()
        try LocalFiles.write(site.account.passwdLine(hash: hash), to: site.folder("users"), mode: 0o600)
        let certificates = try await Certificates.shared()
        var lines = base(of: site)
        if let maxClients { lines.append("MaxClientsPerUser \(maxClients)") }
        if tls != .none {
            lines += secured(tls, certificates, certificate, requireSessionReuse: requireSessionReuse, site)
            lines += ["TLSProtocol \(protocols)", "TLSRequired \(requiredFor)"]
        }
        lines += extra
        try LocalFiles.write(lines.joined(separator: "\n") + "\n", to: site.folder("proftpd.conf"))
        return try await TestServer(
            site,
            ServerSetup(
                command: [site.program, "-n", "-q", "-c", site.folder("proftpd.conf")], rootOnServer: "/",
                password: site.account.password, caFile: tls == .none ? nil : certificates.caFile, tls: tls))
    }

    static func base(of site: ServerSite) -> [String] {
        [
            "ServerType standalone",
            "DefaultAddress 127.0.0.1",
            "SocketBindTight on",
            "UseIPv6 off",
            "Port \(site.port)",
            "PassivePorts \(site.passivePorts.lowerBound) \(site.passivePorts.upperBound)",
            "User \(site.sandbox == nil ? site.account.name : "nobody")",
            "Group nogroup",
            "AuthOrder mod_auth_file.c",
            "AuthUserFile \(site.folder("users"))",
            "AuthFileOptions InsecurePerms",
            "RequireValidShell off",
            "RootLogin on",
            "DefaultRoot ~",
            "Umask 022",
            "AllowOverwrite on",
            "AllowStoreRestart on",
            "AllowRetrieveRestart on",
            "UseReverseDNS off",
            "WtmpLog off",
            "DelayTable none",
            "ScoreboardFile \(site.folder("scoreboard"))",
            "PidFile \(site.folder("pid"))",
            "SystemLog \(site.folder("system.log"))",
            "TransferLog none",
            "ExtendedLog \(site.folder("commands.log")) ALL",
        ]
    }

    private static func secured(
        _ tls: ServerTLS, _ certificates: Certificates, _ kind: CertificateKind, requireSessionReuse: Bool,
        _ site: ServerSite
    ) -> [String] {
        var options: [String] = []
        if tls == .implicit { options.append("UseImplicitSSL") }
        if !requireSessionReuse { options.append("NoSessionReuseRequired") }
        return [
            "LoadModule mod_tls.c",
            "TLSEngine on",
            "TLSLog \(site.folder("tls.log"))",
            "TLSECCertificateFile \(certificates.certificateFile(kind))",
            "TLSECCertificateKeyFile \(certificates.keyFile(kind))",
        ] + (options.isEmpty ? [] : ["TLSOptions " + options.joined(separator: " ")])
    }
}
