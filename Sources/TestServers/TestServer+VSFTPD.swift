extension TestServer {
    /// vsftpd with one local user.
    ///
    /// - Parameters:
    ///   - requireSessionReuse: `require_ssl_reuse=YES`.
    ///   - maxPerAddress: more connections from one address are refused with 421.
    ///   - timezone: the TZ of its processes; nil is that of the machine.
    ///   - extra: lines for vsftpd.conf(5); they win over the defaults here.
    public static func vsftpd(
        tls: ServerTLS = .none, certificate: CertificateKind = .valid, requireSessionReuse: Bool = true,
        maxPerAddress: Int? = nil, passivePorts: Int = 90, timezone: String? = nil, extra: [String] = []
    ) async throws -> TestServer {
        let site = try await ServerSite(.vsftpd, passivePorts: passivePorts, timezone: timezone)
        try LocalFiles.makeDirectory(site.folder("empty"))
        let certificates = try await Certificates.shared()
        var lines = settings(of: site)
        if let maxPerAddress { lines.append("max_per_ip=\(maxPerAddress)") }
        if tls != .none {
            lines += encryption(tls, certificates, certificate, requireSessionReuse: requireSessionReuse)
        }
        lines += extra
        try LocalFiles.write(lines.joined(separator: "\n") + "\n", to: site.folder("vsftpd.conf"))
        return try await TestServer(
            site,
            ServerSetup(
                command: [site.program, site.folder("vsftpd.conf")], rootOnServer: "/",
                password: site.account.password, caFile: tls == .none ? nil : certificates.caFile, tls: tls))
    }

    private static func settings(of site: ServerSite) -> [String] {
        [
            "listen=YES",
            "listen_address=127.0.0.1",
            "listen_port=\(site.port)",
            "background=NO",
            "pasv_min_port=\(site.passivePorts.lowerBound)",
            "pasv_max_port=\(site.passivePorts.upperBound)",
            "anonymous_enable=NO",
            "local_enable=YES",
            "write_enable=YES",
            "local_umask=022",
            "local_root=\(site.root)",
            "chroot_local_user=YES",
            "allow_writeable_chroot=YES",
            "secure_chroot_dir=\(site.folder("empty"))",
            "pam_service_name=vsftpd",
            "vsftpd_log_file=\(site.folder("vsftpd.log"))",
            "xferlog_enable=YES",
            "log_ftp_protocol=YES",
        ]
    }

    private static func encryption(
        _ tls: ServerTLS, _ certificates: Certificates, _ kind: CertificateKind, requireSessionReuse: Bool
    ) -> [String] {
        [
            "ssl_enable=YES",
            "implicit_ssl=\(tls == .implicit ? "YES" : "NO")",
            "force_local_logins_ssl=YES",
            "force_local_data_ssl=YES",
            "require_ssl_reuse=\(requireSessionReuse ? "YES" : "NO")",
            "rsa_cert_file=\(certificates.certificateFile(kind))",
            "rsa_private_key_file=\(certificates.keyFile(kind))",
            "ssl_ciphers=HIGH",
        ]
    }
}
