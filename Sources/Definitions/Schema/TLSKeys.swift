/// [remote.tls]
enum TLSKeys {
    static let mode = Key(
        "mode", ValueFormat<TLSMode>.choice.optional, default: "", example: "explicit",
        "as the URL says: ftp is if-available, ftpes explicit, ftps implicit")
    static let authCommand = Key(
        "auth_command", ValueFormat<AuthCommand>.choice, default: "TLS", "AUTH TLS or AUTH SSL")
    static let protectData = Key("protect_data", .flag, default: true, "encrypt the data connections (PROT P)")
    static let clearCommandChannel = Key(
        "clear_command_channel", .flag, default: false, "go back to plain text after the login (CCC)")
    static let sessionResumption = Key(
        "session_resumption", ValueFormat<SessionResumption>.choice, default: "auto",
        "resume the control connection's TLS session on data connections")
    static let minVersion = Key("min_version", .tlsVersion, default: "1.2", "the oldest TLS that is accepted")
    static let maxVersion = Key("max_version", .tlsVersion, default: "1.3", "the newest TLS that is offered")
    static let ciphers = Key(
        "ciphers", .automatic("an OpenSSL cipher list"), default: "auto", example: "ECDHE+AESGCM",
        "as ciphers(1) writes them; names that start with TLS_ are for TLS 1.3")
    static let clientCertificate = Key("client_certificate", .text, default: "", "a PEM file")
    static let clientKey = Key("client_key", .text, default: "", "a PEM file; none means the certificate's own file")
    static let trust = Key(
        "trust", ValueFormat<CertificateTrust>.choice, default: "system",
        "whose certificates are believed; \"tofu\" those accepted with syncctl trust; \"any\" is no protection and warns at every start"
    )
    static let caFile = Key("ca_file", .text, default: "", "a PEM file, for trust = \"ca-file\"")
    static let pins = Key(
        "pin_sha256", ValueFormat.fingerprint.list("a list of SHA-256 fingerprints"), default: [],
        "of the certificate in hexadecimal, with or without colons, or of its public key as sha256//BASE64, for "
            + "trust = \"pin\"")
    static let checkHostname = Key("check_hostname", .flag, default: true, "the certificate must name the host")

    static let schema = TableSchema(
        "tls", "Encryption of FTP.",
        keys: [
            mode.description, authCommand.description, protectData.description, clearCommandChannel.description,
            sessionResumption.description, minVersion.description, maxVersion.description, ciphers.description,
            clientCertificate.description, clientKey.description, trust.description, caFile.description,
            pins.description, checkHostname.description,
        ])
}
