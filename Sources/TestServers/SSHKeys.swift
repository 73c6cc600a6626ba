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

/// The keys of an SFTP server and of its client, and what each side must know of the other's.
struct SFTPKeys {
    let host: SSHKeys
    let client: SSHKeys
    /// The client's public key, and those given, as authorized_keys(5) has them.
    let authorizedKeysFile: String
    let knownHostsFile: String

    /// - Parameters:
    ///   - hostKeyType: as `ssh-keygen -t` has it.
    ///   - authorizedKeys: more lines for authorized_keys.
    init(for site: ServerSite, hostKeyType: String = "ed25519", authorizedKeys: [String] = []) async throws {
        host = try await SSHKeys(type: hostKeyType, at: site.folder("host_key"))
        client = try await SSHKeys(at: site.folder("client_key"))
        authorizedKeysFile = site.folder("authorized_keys")
        knownHostsFile = site.folder("known_hosts")
        let lines = ([client.publicKey] + authorizedKeys).joined(separator: "\n") + "\n"
        try LocalFiles.write(lines, to: authorizedKeysFile)
        // 127.0.0.2 is where a relay stands in front of the server.
        let names = "[127.0.0.1]:\(site.port),[127.0.0.2]:\(site.port)"
        try LocalFiles.write("\(names) \(host.publicKey)\n", to: knownHostsFile)
    }
}
