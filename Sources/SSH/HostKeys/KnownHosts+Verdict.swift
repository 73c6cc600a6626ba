import FoundationEssentials

extension KnownHosts {
    /// Tells whether a hashed name (HMAC-SHA1, salt, all in base64) is that of `name`.
    typealias HashMatcher = (_ name: String, _ salt: String, _ hash: String) -> Bool

    /// Looks for `key` under the server's name.
    ///
    /// As OpenSSH does, a server on another port than 22 is also trusted by an entry for its bare host name, but such
    /// an entry never counts against it.
    func verdict(on key: HostKey, host: String, port: Int, matching hash: HashMatcher) -> HostKeyStanding {
        let encoded = key.base64
        let found = entries(for: Self.name(host: host, port: port), matching: hash)
        let bare = port == 22 ? [] : entries(for: Self.name(host: host, port: 22), matching: hash)
        if let entry = (found + bare).first(where: { $0.marker == .revoked && $0.key == encoded }) {
            return .revoked(location: entry.location)
        }
        let valid = found.filter { $0.marker == nil }
        if (valid + bare.filter { $0.marker == nil }).contains(where: { $0.key == encoded }) { return .trusted }
        if let entry = valid.first(where: { $0.keyType == key.type }) { return .changed(entry.known) }
        return valid.first.map { .otherType($0.known) } ?? .unknown
    }

    /// The types of the keys that are known of a server, without repetition; they are asked for first, so that a
    /// server with several keys shows the one that can be checked.
    func keyTypes(host: String, port: Int, matching hash: HashMatcher) -> [String] {
        var found = entries(for: Self.name(host: host, port: port), matching: hash)
        if found.isEmpty, port != 22 { found = entries(for: Self.name(host: host, port: 22), matching: hash) }
        var types: [String] = []
        for entry in found where entry.marker == nil && !types.contains(entry.keyType) { types.append(entry.keyType) }
        return types
    }

    /// Where a certificate authority is trusted for a server (`@cert-authority`), first of all; nil if nowhere.
    func authority(host: String, port: Int, matching hash: HashMatcher) -> String? {
        entries(for: Self.name(host: host, port: port), matching: hash).first { $0.marker == .certAuthority }?.location
    }

    private func entries(for name: String, matching hash: HashMatcher) -> [Entry] {
        entries.filter { entry in
            switch entry.names {
            case .patterns(let patterns): HostPattern.matches(name, patterns)
            case .hashed(let salt, let hashed): hash(name, salt, hashed)
            }
        }
    }
}

extension KnownHosts.Entry {
    /// The key that stands here.
    fileprivate var known: KnownHostKey {
        let fingerprint = Data(base64Encoded: key).map { HostKey.fingerprint(SHA256.digest(Array($0))) }
        return KnownHostKey(type: keyType, fingerprint: fingerprint, location: location)
    }
}
