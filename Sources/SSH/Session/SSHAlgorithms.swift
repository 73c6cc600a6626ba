import CSSH2

/// Which algorithms we offer, and in which order.
enum SSHAlgorithms {
    /// libssh2 spends most of its time per block, whatever the key length; 128 bits are the cheapest.
    static let ciphers = ["aes128-ctr", "aes192-ctr", "aes256-ctr"]
    static let macs = [
        "hmac-sha2-256-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-512",
    ]

    /// Never offered, however old the server.
    static let broken: Set<String> = [
        "diffie-hellman-group1-sha1", "arcfour", "arcfour128", "blowfish-cbc", "cast128-cbc", "hmac-md5", "hmac-md5-96",
        "hmac-ripemd160", "hmac-ripemd160@openssh.com", "none", "ssh-dss",
    ]

    /// The supported names without broken ones, those in `first` in front.
    static func sorted(_ supported: [String], first: [String]) -> [String] {
        first.filter(supported.contains) + supported.filter { !first.contains($0) && !broken.contains($0) }
    }

    /// Host key algorithms, those first whose key could be checked.
    ///
    /// - Parameter types: key types as in known_hosts; an RSA key can sign in three ways (RFC 8332).
    static func hostKeys(preferring types: [String], supported: (CInt) -> [String]) -> [String] {
        let first = types.flatMap { $0 == "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [$0] }
        let best = first.contains("ssh-ed25519") ? first : first + ["ssh-ed25519"]
        return sorted(supported(LIBSSH2_METHOD_HOSTKEY), first: best)
    }
}
