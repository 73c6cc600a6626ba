/// Options that users of mount(8), sshfs and ssh know, as keys of ours.
enum OptionAliases {
    /// The key that an option stands for, and its value where the words differ.
    static func translate(_ name: String, _ value: String?) -> (key: String, value: String?)? {
        switch (name, value) {
        case ("ro", nil): ("read_only", "true")
        case ("rw", nil): ("read_only", "false")
        case ("IdentityFile", _): ("auth.identity_files", value)
        case ("UserKnownHostsFile", _): ("ssh.known_hosts", value)
        case ("Port", _): ("port", value)
        case ("User", _): ("user", value)
        case ("Compression", _): ("ssh.compression", value)
        case ("BindAddress", _): ("bind", value)
        case ("ConnectTimeout", let value?): ("connect_timeout", value + "s")
        case ("ServerAliveInterval", let value?): ("keepalive", value + "s")
        case ("StrictHostKeyChecking", let value?): ("ssh.host_key", hostKeyPolicies[value] ?? value)
        case ("max_conns", _): ("max_connections", value)
        default: nil
        }
    }

    private static let hostKeyPolicies = [
        "yes": "known-hosts", "ask": "known-hosts", "accept-new": "tofu", "no": "any", "off": "any",
    ]

    /// Words of fstab(5) and FUSE that mean nothing here, or are always so.
    static func isIgnored(_ name: String, _ value: String?) -> Bool {
        if name.hasPrefix("x-") || name == "comment" { return true }
        return value == nil
            && [
                "defaults", "auto", "noauto", "user", "users", "nofail", "_netdev", "nosuid", "nodev", "reconnect",
            ].contains(name)
    }
}
