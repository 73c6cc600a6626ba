import CSSH2

/// Compares hashed host names with libssh2's own HMAC-SHA1, so that no cryptography is written here.
///
/// A collection with only the hashed name in it is asked whether it knows the plain one.
final class HashedHostNames {
    private let session: OpaquePointer?
    /// Any key does: only the name is compared.
    private static let key = "AAAA"

    init() {
        LibSSH2.initialize()
        session = libssh2_session_init_ex(nil, nil, nil, nil)
    }

    deinit { if let session { libssh2_session_free(session) } }

    func matches(_ name: String, salt: String, hash: String) -> Bool {
        guard let session, let hosts = libssh2_knownhost_init(session) else { return false }
        defer { libssh2_knownhost_free(hosts) }
        let stored =
            LIBSSH2_KNOWNHOST_TYPE_SHA1 | CInt(LIBSSH2_KNOWNHOST_KEYENC_BASE64) | CInt(LIBSSH2_KNOWNHOST_KEY_SSHRSA)
        guard libssh2_knownhost_addc(hosts, hash, salt, Self.key, 0, nil, 0, stored, nil) == 0 else { return false }
        let asked =
            LIBSSH2_KNOWNHOST_TYPE_PLAIN | CInt(LIBSSH2_KNOWNHOST_KEYENC_BASE64) | CInt(LIBSSH2_KNOWNHOST_KEY_SSHRSA)
        return libssh2_knownhost_check(hosts, name, Self.key, 0, asked, nil) == LIBSSH2_KNOWNHOST_CHECK_MATCH
    }
}
