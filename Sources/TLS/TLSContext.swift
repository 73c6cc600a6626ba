public import FileModel
import COpenSSL
import Synchronization

/// Settings made ready for use: versions, ciphers, authorities, client certificate.
///
/// One context serves all connections of a remote; sessions for resumption are never kept in it.
///
/// `@unchecked Sendable`: the SSL_CTX is changed in `init` only, before anyone else can see it, but for the system's
/// authorities, which come once and under a lock into a store that has its own. Afterwards only SSL_new(3) is called on it,
/// which OpenSSL documents as safe from several threads (its reference count is atomic).
public final class TLSContext: @unchecked Sendable {
    let pointer: OpaquePointer
    let settings: TLSSettings
    private let systemAuthorities = Mutex(false)

    /// A context for connections that we open.
    ///
    /// - Throws: `.configuration` for versions, ciphers or files that cannot be used.
    public convenience init(_ settings: TLSSettings = TLSSettings()) throws(StorageError) {
        try self.init(settings, method: TLS_client_method(), isServer: false)
        try loadAuthorities()
    }

    /// A context for connections that we accept, with a PEM certificate chain and its key.
    public static func server(certificate: String, key: String, settings: TLSSettings = TLSSettings())
        throws(StorageError) -> TLSContext
    {
        var settings = settings
        settings.clientCertificate = certificate
        settings.clientKey = key
        return try TLSContext(settings, method: TLS_server_method(), isServer: true)
    }

    private init(_ settings: TLSSettings, method: OpaquePointer?, isServer: Bool) throws(StorageError) {
        OpenSSLErrors.clear()
        guard let pointer = SSL_CTX_new(method) else {
            throw StorageError(.failed, "OpenSSL could not start: \(OpenSSLErrors.drain())")
        }
        self.pointer = pointer
        self.settings = settings
        try setVersions()
        try setCiphers()
        try loadCertificate()
        remora_ssl_ctx_harden(pointer)
        remora_ssl_ctx_release_buffers(pointer)
        if !isServer {
            installVerification()
            installSessionCapture()
        }
    }

    deinit { SSL_CTX_free(pointer) }

    private func setVersions() throws(StorageError) {
        let (minimum, maximum) = (settings.minimumVersion, settings.maximumVersion)
        let numbers = (try minimum.number, try maximum.number)
        guard minimum <= maximum else {
            throw StorageError(
                .configuration, "min_version \(minimum.rawValue) is above max_version \(maximum.rawValue)")
        }
        guard remora_ssl_ctx_set_versions(pointer, numbers.0, numbers.1) == 1 else {
            throw StorageError(.configuration, "OpenSSL refuses these TLS versions: \(OpenSSLErrors.drain())")
        }
        if minimum.needsSecurityLevelZero { SSL_CTX_set_security_level(pointer, 0) }
    }

    private func loadAuthorities() throws(StorageError) {
        OpenSSLErrors.clear()
        switch settings.trust {
        case .system, .decided:
            break
        case .authorities(let file):
            guard SSL_CTX_load_verify_locations(pointer, file, nil) == 1 else {
                throw StorageError(.configuration, "cannot read ca_file '\(file)': \(OpenSSLErrors.drain())")
            }
        case .pinned:
            guard !settings.pins.isEmpty else {
                throw StorageError(.configuration, "trust = \"pin\" needs a fingerprint in pin_sha256")
            }
        case .any:
            break
        }
        OpenSSLErrors.clear()
    }

    var hasSystemAuthorities: Bool { systemAuthorities.withLock { $0 } }

    /// Reads the system's authorities, for the first session that may need them: where they are one file, that takes 35 ms, and
    /// plain FTP needs none of them.
    func loadSystemAuthorities() {
        guard settings.trust.heedsSystem else { return }
        systemAuthorities.withLock { isLoaded in
            guard !isLoaded else { return }
            isLoaded = true
            SSL_CTX_set_default_verify_paths(pointer)
            OpenSSLErrors.clear()
        }
    }
}
