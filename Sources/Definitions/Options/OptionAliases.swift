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
        case ("attr_timeout", let value?), ("cache_stat_timeout", let value?), ("cache_timeout", let value?):
            ("attribute_timeout", value + "s")
        case ("entry_timeout", let value?), ("cache_dir_timeout", let value?), ("dcache_dir_timeout", let value?):
            ("directory_timeout", value + "s")
        case ("compression", let value?): ("ssh.compression", value)
        default: nil
        }
    }

    private static let hostKeyPolicies = [
        "yes": "known-hosts", "ask": "known-hosts", "accept-new": "tofu", "no": "any", "off": "any",
    ]

    /// Words of fstab(5) and FUSE that mean nothing here, or are always so.
    static func isIgnored(_ name: String, _ value: String?) -> Bool {
        if name.hasPrefix("x-") || name == "comment" { return true }
        switch (name, value) {
        case ("idmap", "user"?), ("idmap", "none"?), ("cache", _), ("workaround", _), ("max_read", _),
            ("ServerAliveCountMax", _), ("BatchMode", "yes"?), ("PasswordAuthentication", _):
            return true
        case (_, nil): return withoutMeaning.contains(name)
        default: return false
        }
    }

    /// Set and device bits of a server never count here (nosuid, nodev); its times of access are nobody's.
    private static let withoutMeaning: Set<String> = [
        "defaults", "auto", "noauto", "user", "users", "owner", "group", "nofail", "_netdev", "nosuid", "nodev",
        "exec", "async", "atime", "noatime", "relatime", "strictatime", "diratime", "nodiratime", "lazytime",
        "reconnect", "auto_cache", "kernel_cache", "large_read", "auto_unmount", "delay_connect",
        "transform_symlinks", "no_readahead", "sshfs_sync", "big_writes",
    ]
}
