import Synchronization

/// Which certificate a TLS server shows.
public enum CertificateKind: String, Sendable, CaseIterable {
    /// For 127.0.0.1, ::1 and localhost, signed by the test authority.
    case valid
    /// Signed by the test authority, and over for years.
    case expired
    /// Signed by the test authority, for a time to come.
    case notYetValid
    /// Signed by the test authority for another host.
    case wrongHost
    /// Signed by an authority that nobody knows.
    case unknownAuthority
    /// Signed by itself.
    case selfSigned
}

/// A certification authority for the tests of one process, made with openssl(1).
public struct Certificates: Sendable {
    private let folder: TemporaryFolder

    /// The same for the whole process.
    public static func shared() async throws -> Certificates { try await made.value }
    private static let made = Task { try await Certificates() }

    /// The authority's certificate (PEM), to be trusted by clients.
    public var caFile: String { folder("ca.pem") }

    public func certificateFile(_ kind: CertificateKind) -> String { folder("\(kind.rawValue).pem") }
    public func keyFile(_ kind: CertificateKind) -> String { folder("\(kind.rawValue).key") }
    /// Key and certificate in one file, as Pure-FTPd wants them.
    public func combinedFile(_ kind: CertificateKind) -> String { folder("\(kind.rawValue).both.pem") }

    /// The key of `.valid`, locked with a passphrase.
    public var lockedKeyFile: String { folder("locked.key") }

    private init() async throws {
        folder = try TemporaryFolder()
        try LocalFiles.write(Self.configuration(folder.path), to: folder("ca.conf"))
        try LocalFiles.write("", to: folder("index.txt"))
        try await tool(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", "/CN=Remora test authority", "-keyout", folder("ca.key"), "-out", caFile)
        try await tool(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", "/CN=Another authority", "-keyout", folder("other-ca.key"), "-out", folder("other-ca.pem"))
        for kind in CertificateKind.allCases { try await make(kind) }
        try await tool(
            "openssl", "pkey", "-in", keyFile(.valid), "-aes256", "-passout", "pass:locked", "-out", lockedKeyFile)
    }

    private func make(_ kind: CertificateKind) async throws {
        let name = kind == .wrongHost ? "other.example" : "localhost"
        let request = folder("\(kind.rawValue).csr")
        try await tool(
            "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            "/CN=\(name)", "-keyout", keyFile(kind), "-out", request)
        let start = kind == .notYetValid ? "20480101000000Z" : "20200101000000Z"
        let end = kind == .expired ? "20210101000000Z" : "20491231235959Z"
        try await sign(
            ["-in", request, "-out", certificateFile(kind), "-startdate", start, "-enddate", end]
                + ["-extensions", kind == .wrongHost ? "other" : "local"] + signer(of: kind))
        try LocalFiles.write(
            try LocalFiles.read(keyFile(kind)) + LocalFiles.read(certificateFile(kind)), to: combinedFile(kind),
            mode: 0o600)
    }

    private func signer(of kind: CertificateKind) -> [String] {
        switch kind {
        case .selfSigned: ["-selfsign", "-keyfile", keyFile(kind)]
        case .unknownAuthority: ["-cert", folder("other-ca.pem"), "-keyfile", folder("other-ca.key")]
        default: []
        }
    }

    private func sign(_ arguments: [String]) async throws {
        let command = ["openssl", "ca", "-batch", "-notext", "-config", folder("ca.conf")] + arguments
        let result = try await run(command)
        guard result.succeeded else { throw ToolFailure(arguments: command, result: result) }
    }

    private static func configuration(_ folder: String) -> String {
        """
        [ca]
        default_ca = authority
        [authority]
        database = \(folder)/index.txt
        new_certs_dir = \(folder)
        certificate = \(folder)/ca.pem
        private_key = \(folder)/ca.key
        default_md = sha256
        rand_serial = yes
        unique_subject = no
        policy = policy
        [policy]
        commonName = supplied
        [local]
        subjectAltName = DNS:localhost, IP:127.0.0.1, IP:127.0.0.2, IP:0:0:0:0:0:0:0:1
        [other]
        subjectAltName = DNS:other.example

        """
    }
}
