/// What OpenSSL's reasons mean for the user.
struct TLSAdvice {
    private let versions: String
    private let showsCertificate: Bool

    init(_ settings: TLSSettings) {
        let (oldest, newest) = (settings.minimumVersion.rawValue, settings.maximumVersion.rawValue)
        versions = oldest == newest ? "TLS \(oldest)" : "TLS \(oldest) to \(newest)"
        showsCertificate = settings.clientCertificate != nil
    }

    /// The end of a sentence, starting with a semicolon; empty when there is nothing to advise.
    func remedy(for reasons: String) -> String {
        if let remedy = certificateRemedy(for: reasons) { return "; " + remedy }
        if reasons.contains("protocol version") || reasons.contains("unsupported protocol") {
            return "; the server does not speak \(versions): change min_version or max_version if you must"
        }
        if reasons.contains("wrong version number") || reasons.contains("unexpected message") {
            return "; the server does not speak TLS on this port: check the port and the TLS mode"
        }
        if reasons.contains("handshake failure") || reasons.contains("no shared cipher")
            || reasons.contains("insufficient security")
        {
            return showsCertificate
                ? "; the two have no cipher in common, or the server does not accept the client certificate"
                : "; the two have no cipher in common, or the server wants a client certificate (client_certificate)"
        }
        if reasons.contains("key too small") || reasons.contains("md too weak") {
            return "; the server's keys are too weak: set ciphers = \"DEFAULT@SECLEVEL=0\" if you must"
        }
        return ""
    }

    /// What the server says of our certificate (RFC 8446 §6.2).
    private func certificateRemedy(for reasons: String) -> String? {
        if reasons.contains("certificate required") {
            return "the server wants a client certificate: set client_certificate and client_key"
        }
        let refusals = [
            "alert unknown ca": "it does not know who issued it",
            "alert bad certificate": "it does not accept it",
            "alert certificate unknown": "it does not accept it",
            "alert certificate expired": "it has expired",
            "alert certificate revoked": "it was revoked",
            "alert unsupported certificate": "it is of the wrong kind",
        ]
        guard let refusal = refusals.first(where: { reasons.contains($0.key) }) else { return nil }
        return showsCertificate
            ? "the server refuses the client certificate: \(refusal.value); set client_certificate to another one"
            : "the server wants a client certificate: set client_certificate and client_key"
    }
}
