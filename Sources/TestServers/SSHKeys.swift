/// Key pairs made with ssh-keygen(1).
public struct SSHKeys: Sendable {
    /// The private key; the public one stands beside it with `.pub`.
    public let privateKeyFile: String
    /// `ssh-ed25519 AAAA…`, without a comment.
    public let publicKey: String

    /// - Parameters:
    ///   - type: as `ssh-keygen -t` has it: ed25519, ecdsa, rsa.
    ///   - passphrase: empty for none.
    public init(type: String = "ed25519", passphrase: String = "", at path: String) async throws {
        try await tool("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "", "-f", path)
        privateKeyFile = path
        let line = try LocalFiles.read(path + ".pub")
        publicKey = line.split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ")
    }
}
