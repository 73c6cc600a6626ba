/// What is done with the keywords of ssh_config(5).
enum SSHConfigKeyword {
    case host, match, include
    /// The first value counts.
    case hostName, port, user, identitiesOnly, userKnownHostsFile, globalKnownHostsFile, hostKeyAlias, identityAgent
    /// Values add up.
    case identityFile
    /// Changes where a connection goes or whom it trusts in a way that libssh2 cannot follow: with any value but
    /// `harmless` it is refused for the hosts that it applies to.
    case refused(harmless: Set<String>)
    /// Looks (`VisualHostKey`), terminals, forwardings, what a definition says itself (`host_key`, `methods`,
    /// `timeout`), algorithms, and keywords that nobody knows. None of these makes a connection less safe here than it
    /// is with ssh: what ssh_config(5) can loosen (`StrictHostKeyChecking`) is not heeded either.
    case ignored

    private static let table: [String: SSHConfigKeyword] = [
        "host": .host, "match": .match, "include": .include, "hostname": .hostName, "port": .port, "user": .user,
        "identitiesonly": .identitiesOnly, "userknownhostsfile": .userKnownHostsFile,
        "globalknownhostsfile": .globalKnownHostsFile, "hostkeyalias": .hostKeyAlias,
        "identityagent": .identityAgent, "identityfile": .identityFile,
        "proxyjump": .refused(harmless: ["none"]), "proxycommand": .refused(harmless: ["none"]),
        "canonicalizehostname": .refused(harmless: ["no", "false"]),
        "revokedhostkeys": .refused(harmless: ["none"]), "knownhostscommand": .refused(harmless: ["none"]),
    ]

    /// - Parameter name: in small letters.
    init(_ name: String) { self = Self.table[name] ?? .ignored }
}
