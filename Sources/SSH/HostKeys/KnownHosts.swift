import FoundationEssentials

/// The lines of known_hosts files (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").
///
/// libssh2 has a reader of its own, which knows neither `@revoked` nor patterns with `*`, `?` and `!`.
struct KnownHosts: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        let names: Names
        let isRevoked: Bool
        let keyType: String
        /// The key in base64, as it stands in the file.
        let key: String
        /// Where it stands: `/home/anna/.ssh/known_hosts:12`.
        let location: String
    }

    enum Names: Hashable, Sendable {
        /// Patterns of ssh_config(5): `*`, `?` and a leading `!`.
        case patterns([String])
        /// HMAC-SHA1 of the name with the salt as its key, both in base64.
        case hashed(salt: String, hash: String)
    }

    var entries: [Entry] = []

    /// Adds the lines of a file. Comments, malformed lines and certificate authorities are passed over.
    mutating func read(_ text: String, file: String) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let entry = Self.entry(line, location: "\(file):\(index + 1)") { entries.append(entry) }
        }
    }

    private static func entry(_ line: Substring, location: String) -> Entry? {
        var fields = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
        guard let first = fields.first, !first.hasPrefix("#") else { return nil }
        var isRevoked = false
        if first.hasPrefix("@") {
            guard first == "@revoked" else { return nil }
            isRevoked = true
            fields.removeFirst()
        }
        guard fields.count >= 3, let names = names(fields[0]) else { return nil }
        return Entry(
            names: names, isRevoked: isRevoked, keyType: String(fields[1]), key: String(fields[2]), location: location)
    }

    private static func names(_ field: Substring) -> Names? {
        guard field.hasPrefix("|") else { return .patterns(field.split(separator: ",").map(String.init)) }
        let parts = field.split(separator: "|")
        guard parts.count == 3, parts[0] == "1" else { return nil }
        return .hashed(salt: String(parts[1]), hash: String(parts[2]))
    }

    /// How a server is called in known_hosts: `host`, or `[host]:port` where the port is not 22.
    static func name(host: String, port: Int) -> String {
        let host = host.lowercased()
        return port == 22 ? host : "[\(host)]:\(port)"
    }
}
