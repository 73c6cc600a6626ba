extension TestServer {
    /// Pure-FTPd with one local user. It knows no implicit TLS.
    ///
    /// - Parameters:
    ///   - maxPerAddress: more connections from one address are refused with 421.
    ///   - timezone: the TZ of its processes; nil is that of the machine.
    ///   - extra: more arguments for pure-ftpd(8).
    public static func pureFTPd(
        tls: ServerTLS = .none, certificate: CertificateKind = .valid, maxPerAddress: Int = 60, passivePorts: Int = 90,
        timezone: String? = nil,
        extra: [String] = []
    ) async throws -> TestServer {
        precondition(tls != .implicit, "Pure-FTPd has no implicit TLS")
        let site = try await ServerSite(.pureFTPd, passivePorts: passivePorts, timezone: timezone)
        let certificates = try await Certificates.shared()
        var arguments = [
            site.program, "--bind", "127.0.0.1,\(site.port)", "--login", "unix", "--chrooteveryone", "--noanonymous",
            "--dontresolve", "--minuid", "1", "-c", "\(maxPerAddress + 10)", "-C", "\(maxPerAddress)", "--umask",
            "133:022", "--pidfile", site.folder("pid"),
            "--passiveportrange", "\(site.passivePorts.lowerBound):\(site.passivePorts.upperBound)",
            "--altlog", "w3c:\(site.folder("transfers.log"))",
        ]
        if tls != .none { arguments += ["--tls", "2", "--certfile", certificates.combinedFile(certificate)] }
        return try await TestServer(
            site,
            ServerSetup(
                command: arguments + extra, rootOnServer: "/", password: site.account.password,
                caFile: tls == .none ? nil : certificates.caFile, tls: tls))
    }
}
