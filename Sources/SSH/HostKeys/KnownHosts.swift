import FoundationEssentials

/// The lines of known_hosts files (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").
///
/// libssh2 has a reader of its own, which knows neither `@revoked` nor patterns with `*`, `?` and `!`.
struct KnownHosts: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        let names: Names
        /// nil: the key is that of the servers named.
        let marker: Marker?
        let keyType: String
        /// The key in base64, as it stands in the file.
        let key: String
        /// Where it stands: `/home/anna/.ssh/known_hosts:12`.
        let location: String
    }

    enum Marker: String, Hashable, Sendable {
        case revoked = "@revoked"
        /// The key signs the certificates of servers; libssh2 cannot check those.
        case certAuthority = "@cert-authority"
    }

    enum Names: Hashable, Sendable {
        /// Patterns of ssh_config(5): `*`, `?` and a leading `!`.
        case patterns([String])
        /// HMAC-SHA1 of the name with the salt as its key, both in base64.
        case hashed(salt: String, hash: String)
    }

    var entries: [Entry] = []

    /// Adds the lines of a file. Comments, malformed lines and those with unknown markers are passed over.
    ///
    /// Read byte by byte: to a `Character`, CR LF is one line end, and a comma with an accent no comma.
    mutating func read(_ text: String, file: String) {
        for (index, line) in text.utf8.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            if let entry = Self.entry(line, location: "\(file):\(index + 1)") { entries.append(entry) }
        }
    }

    private static func entry(_ line: Substring.UTF8View, location: String) -> Entry? {
        var fields = line.split { $0 == 32 || $0 == 9 || $0 == 13 }
        guard let first = fields.first, first.first != UInt8(ascii: "#") else { return nil }
        var marker: Marker?
        if first.first == UInt8(ascii: "@") {
            guard let known = Marker(rawValue: text(first)) else { return nil }
            marker = known
            fields.removeFirst()
        }
        guard fields.count >= 3, let names = names(fields[0]) else { return nil }
        return Entry(
            names: names, marker: marker, keyType: text(fields[1]), key: text(fields[2]), location: location)
    }

    private static func names(_ field: Substring.UTF8View) -> Names? {
        guard field.first == UInt8(ascii: "|") else {
            return .patterns(field.split(separator: UInt8(ascii: ",")).map(text))
        }
        let parts = field.split(separator: UInt8(ascii: "|")).map(text)
        guard parts.count == 3, parts[0] == "1" else { return nil }
        return .hashed(salt: parts[1], hash: parts[2])
    }

    private static func text(_ bytes: Substring.UTF8View) -> String { String(Substring(bytes)) }

    /// How a server is called in known_hosts: `host`, or `[host]:port` where the port is not 22.
    static func name(host: String, port: Int) -> String {
        let host = host.lowercased()
        return port == 22 ? host : "[\(host)]:\(port)"
    }
}
