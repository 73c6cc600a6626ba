import COpenSSL
import FileModel

extension TLSContext {
    /// - Throws: `.configuration` for a cipher that OpenSSL does not know: it passes over them in silence as long as it
    ///   knows another one of the list.
    func setCiphers() throws(StorageError) {
        guard let ciphers = settings.ciphers else { return }
        let names = ciphers.split { ":, ;".contains($0) }.map(String.init)
        for name in names { try Self.check(name) }
        let suites = names.filter(Self.isTLS13).joined(separator: ":")
        let list = names.filter { !Self.isTLS13($0) }.joined(separator: ":")
        OpenSSLErrors.clear()
        let accepted =
            (suites.isEmpty || SSL_CTX_set_ciphersuites(pointer, suites) == 1)
            && (list.isEmpty || SSL_CTX_set_cipher_list(pointer, list) == 1)
        guard accepted else {
            throw StorageError(.configuration, "ciphers = \"\(ciphers)\" leaves none: \(OpenSSLErrors.drain())")
        }
    }

    /// Names of TLS 1.3 start with this (RFC 8446 §B.4), those of older versions do not in OpenSSL.
    private static func isTLS13(_ name: String) -> Bool { name.hasPrefix("TLS_") }

    private static func check(_ name: String) throws(StorageError) {
        // What is taken out of the list (ciphers(1)) need not be in this OpenSSL; '@' starts a command.
        guard let first = name.first, !"!-+@".contains(first), let scratch = SSL_CTX_new(TLS_client_method()) else {
            return
        }
        defer {
            SSL_CTX_free(scratch)
            OpenSSLErrors.clear()
        }
        let isKnown = isTLS13(name) ? SSL_CTX_set_ciphersuites(scratch, name) : SSL_CTX_set_cipher_list(scratch, name)
        guard isKnown == 1 else {
            throw StorageError(
                .configuration,
                "ciphers names '\(name)', which OpenSSL does not know: 'openssl ciphers -v ALL' shows what there is")
        }
    }
}
