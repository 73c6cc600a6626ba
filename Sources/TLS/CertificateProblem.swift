import COpenSSL

/// What the usual checks have against a certificate.
public struct CertificateProblem: Hashable, Sendable {
    /// The end of the sentence "the certificate of HOST is not trusted: …".
    public let reason: String
    let code: CInt

    /// - Parameter codes: X509_V_ERR_…, the most telling first; nil for none.
    init?(codes: [CInt]) {
        guard let first = codes.first else { return nil }
        code = first
        var reasons: [String] = []
        for reason in codes.map(Self.reason) where !reasons.contains(reason) { reasons.append(reason) }
        self.reason = reasons.joined(separator: ", and ")
    }

    static let pinMismatch = CertificateProblem(
        reason: "it is not one of those in pin_sha256", code: X509_V_ERR_CERT_REJECTED)

    static func refused(_ reason: String) -> CertificateProblem {
        CertificateProblem(reason: reason, code: X509_V_ERR_CERT_REJECTED)
    }

    private init(reason: String, code: CInt) {
        self.reason = reason
        self.code = code
    }

    private static func reason(_ code: CInt) -> String {
        switch code {
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: "it is self-signed"
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            "its issuer is not a known authority"
        case X509_V_ERR_CERT_HAS_EXPIRED: "it has expired"
        case X509_V_ERR_CERT_NOT_YET_VALID: "it is not valid yet (is the clock right?)"
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: "it was issued for another name"
        case X509_V_ERR_CERT_REVOKED: "it was revoked"
        case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK:
            "its key or signature is too weak"
        case X509_V_ERR_INVALID_PURPOSE: "it was not issued for servers"
        default: X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)"
        }
    }

    /// What the user can do about it.
    func remedy(for certificate: PeerCertificate) -> String {
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_REVOKED:
            "have it renewed, or \(Self.acceptance)"
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            certificate.names.isEmpty
                ? "connect by the name it was issued for, or set check_hostname = false in [remote.tls]"
                : "connect as \(certificate.names.prefix(4).joined(separator: " or ")), "
                    + "or set check_hostname = false in [remote.tls]"
        case X509_V_ERR_CERT_NOT_YET_VALID:
            "set the clock, or \(Self.acceptance)"
        case X509_V_ERR_CERT_REJECTED:
            "if this certificate is right, set pin_sha256 to its fingerprint"
        default:
            "set trust = \"ca-file\" and ca_file to its authority in [remote.tls], or \(Self.acceptance)"
        }
    }

    private static let acceptance =
        "set trust = \"tofu\" and accept it with 'syncctl trust', or trust = \"pin\" with its fingerprint in pin_sha256"
}
