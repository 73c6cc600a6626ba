import CProviders

/// Where libssh2 finds its ciphers: a library context of OpenSSL with `KeystreamCipher` in front of OpenSSL's own.
///
/// The process's own context stays as it is, for TLS and for everybody else.
///
/// `@unchecked`: OpenSSL locks its contexts, and this one is complete before anybody else sees it.
struct CipherContext: @unchecked Sendable {
    private let context: OpaquePointer

    /// nil where OpenSSL was told to use other providers than its default one (FIPS): then those are used.
    private static let shared = CipherContext()

    private init?() {
        guard OSSL_PROVIDER_available(nil, "default") == 1, EVP_default_properties_is_fips_enabled(nil) == 0,
            KeystreamCipher.base != nil, let context = OSSL_LIB_CTX_new()
        else { return nil }
        guard OSSL_PROVIDER_load(context, "default") != nil, KeystreamCipher.load(into: context),
            EVP_set_default_properties(context, "?provider=\(KeystreamCipher.provider)") == 1
        else {
            OSSL_LIB_CTX_free(context)
            return nil
        }
        self.context = context
    }

    /// Ciphers that `body` asks OpenSSL for on this thread come from here.
    static func use<Value>(_ body: () -> Value) -> Value {
        guard let shared else { return body() }
        let previous = OSSL_LIB_CTX_set0_default(shared.context)
        defer { OSSL_LIB_CTX_set0_default(previous) }
        return body()
    }
}
