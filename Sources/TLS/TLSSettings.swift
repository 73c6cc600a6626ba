public import FileModel

/// What a definition's `[remote.tls]` says about certificates, versions and ciphers.
public struct TLSSettings: Sendable {
    public var minimumVersion = TLSVersion.tls12
    public var maximumVersion = TLSVersion.tls13
    /// OpenSSL cipher names separated by colons; those that start with `TLS_` are TLS 1.3 suites. Nil for OpenSSL's own.
    public var ciphers: String?
    public var trust = TLSTrust.system
    /// Whether the certificate must name the host that was asked for. Pins and `any` do not look at names.
    public var checksHostname = true
    /// With `trust = .pinned` the only proof asked for; otherwise one of them must match as well.
    public var pins: [CertificatePin] = []
    /// PEM files of a client certificate (with its chain) and its key.
    public var clientCertificate: String?
    public var clientKey: String?

    public init() {}
}

/// Which server certificates are accepted.
public enum TLSTrust: Sendable {
    /// Those that chain to an authority of the operating system.
    case system
    /// Those that chain to an authority of this PEM file.
    case authorities(file: String)
    /// Those in `TLSSettings.pins`, whoever issued them and whatever their dates.
    case pinned
    /// Those that `decide` accepts; `problem` is what the system's authorities have against it, nil for nothing.
    ///
    /// Called on the event loop in mid-handshake: it must not block.
    case decided(by: @Sendable (_ certificate: PeerCertificate, _ problem: CertificateProblem?) -> TrustDecision)
    /// All: the line is encrypted, but anybody may be at its other end.
    case any

    /// Whether the authorities of the operating system are asked.
    var heedsSystem: Bool {
        switch self {
        case .system, .decided: true
        case .authorities, .pinned, .any: false
        }
    }
}

/// The answer of `TLSTrust.decided`.
public enum TrustDecision: Sendable {
    case accept
    /// The whole message: which certificate is not trusted, why not, and what the user can do.
    case refuse(String)
}

/// The SHA-256 of a certificate, or of its public key, that a user vouches for.
public enum CertificatePin: Hashable, Sendable {
    /// Of the whole certificate in DER, 32 bytes.
    case certificate([UInt8])
    /// Of the SubjectPublicKeyInfo in DER, 32 bytes (RFC 7469 §2.4).
    case publicKey([UInt8])

    /// Reads 64 hexadecimal digits, with or without colons, as a certificate; `sha256//BASE64` as a public key.
    ///
    /// - Throws: `.configuration` for anything else.
    public init(_ text: String) throws(StorageError) {
        if text.hasPrefix("sha256//"), let digest = Base64.decode(text.dropFirst(8)), digest.count == 32 {
            self = .publicKey(digest)
        } else if let digest = Self.digest(text) {
            self = .certificate(digest)
        } else {
            throw StorageError(
                .configuration,
                "'\(text)' is not a SHA-256 fingerprint: give 64 hexadecimal digits or 'sha256//' and base64")
        }
    }

    private static func digest(_ text: String) -> [UInt8]? {
        let digits = text.filter { $0 != ":" && $0 != " " }.compactMap(\.hexDigitValue)
        guard digits.count == 64, text.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == " " }) else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    public func matches(_ certificate: PeerCertificate) -> Bool {
        switch self {
        case .certificate(let digest): digest == certificate.sha256
        case .publicKey(let digest): digest == certificate.publicKeySHA256
        }
    }
}
