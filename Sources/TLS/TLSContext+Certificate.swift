import COpenSSL
import FileModel

extension TLSContext {
    /// The certificate that we show, and its key.
    ///
    /// - Throws: `.configuration` that names the file and what is wrong with it.
    func loadCertificate() throws(StorageError) {
        guard let certificate = settings.clientCertificate else { return }
        let key = settings.clientKey ?? certificate
        OpenSSLErrors.clear()
        guard SSL_CTX_use_certificate_chain_file(pointer, certificate) == 1 else {
            throw StorageError(
                .configuration, "client_certificate '\(certificate)' cannot be used: \(Self.fileProblem())")
        }
        try loadKey(key)
        guard SSL_CTX_check_private_key(pointer) == 1 else {
            OpenSSLErrors.clear()
            throw StorageError(.configuration, "client_key '\(key)' does not belong to '\(certificate)'")
        }
    }

    private func loadKey(_ key: String) throws(StorageError) {
        var wantsPassphrase = false
        let isLoaded = withUnsafeMutablePointer(to: &wantsPassphrase) { asked in
            // Without a callback, OpenSSL asks the terminal.
            SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, asked in
                asked?.assumingMemoryBound(to: Bool.self).pointee = true
                return -1
            }
            SSL_CTX_set_default_passwd_cb_userdata(pointer, asked)
            defer { SSL_CTX_set_default_passwd_cb_userdata(pointer, nil) }
            return SSL_CTX_use_PrivateKey_file(pointer, key, SSL_FILETYPE_PEM) == 1
        }
        if isLoaded { return }
        let problem = Self.fileProblem()
        guard wantsPassphrase else {
            throw StorageError(.configuration, "client_key '\(key)' cannot be used: \(problem)")
        }
        throw StorageError(
            .configuration,
            "client_key '\(key)' is locked with a passphrase, which cannot be given here: store it without one, readable "
                + "by its owner only ('openssl pkey -in KEY -out NEW', 'chmod 600 NEW')")
    }

    /// What OpenSSL has against a file, in words of people where it has its own.
    private static func fileProblem() -> String {
        let reasons = OpenSSLErrors.drain()
        if reasons.contains("no start line") { return "it holds nothing of the kind in PEM (\(reasons))" }
        return reasons
    }
}
