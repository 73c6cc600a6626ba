/// What the known_hosts files say of a key that a server showed.
public enum HostKeyStanding: Hashable, Sendable {
    case trusted
    /// `@revoked` stands at that location.
    case revoked(location: String)
    /// Another key of the same type stands there.
    case changed(KnownHostKey)
    /// Only keys of other types are known; this is the first one.
    case otherType(KnownHostKey)
    case unknown
}

/// A key that stands in a known_hosts file.
public struct KnownHostKey: Hashable, Sendable {
    /// `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`.
    public let type: String
    /// As ssh-keygen(1) shows it; nil when the file holds no key there.
    public let fingerprint: String?
    /// File and line: `/home/anna/.ssh/known_hosts:12`.
    public let location: String
}
