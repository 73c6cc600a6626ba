/// What OpenSSL's reasons mean for the user.
enum TLSAdvice {
    /// The end of a sentence, starting with a semicolon; empty when there is nothing to advise.
    static func remedy(for reasons: String) -> String {
        if reasons.contains("wrong version number") || reasons.contains("unexpected message") {
            return "; the server does not speak TLS on this port: check the port and the TLS mode"
        }
        if reasons.contains("protocol version") || reasons.contains("unsupported protocol") {
            return "; the server offers none of these TLS versions: lower min_version if you must"
        }
        if reasons.contains("handshake failure") || reasons.contains("no shared cipher") {
            return "; the two have no cipher in common, or the server wants a client certificate"
        }
        if reasons.contains("certificate required") || reasons.contains("bad certificate") {
            return "; the server wants a client certificate: set client_certificate and client_key"
        }
        if reasons.contains("dh key too small") || reasons.contains("ee key too small") {
            return "; the server's keys are too weak: set ciphers = \"DEFAULT@SECLEVEL=0\" if you must"
        }
        return ""
    }
}
