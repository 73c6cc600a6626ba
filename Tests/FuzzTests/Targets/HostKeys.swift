import FileModel

@testable import SSH

extension FuzzTarget {
    /// The line ends of a file do not matter; a key that was added is trusted; nothing else is, unless it stands there.
    static let knownHosts = FuzzTarget(
        "known_hosts",
        samples: [
            "example.com,192.0.2.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ\n# comment\n\n",
            "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa AAAAB3NzaC1yc2E= me@here\n",
            "@revoked *.example.com ssh-rsa AAAA\n@cert-authority * ssh-ed25519 AAAA\n",
            "[example.com]:2222 ecdsa-sha2-nistp256 AAAAE2VjZHNh\n!bad.example.com,*.example.com ssh-ed25519 BBBB\n",
        ],
        words: [
            "|1|", "|", "@revoked ", "example.com", "[example.com]:2222", "*", "!", ",", "ssh-ed25519 ", "AAAA",
            "\u{301}",
        ]
    ) { input, random in
        let text = String(decoding: input, as: UTF8.self)
        var known = KnownHosts()
        known.read(text, file: "k")
        try require(known.entries.count <= input.count { $0 == 10 } + 1, "more entries than lines")
        if !input.contains(13) {
            var other = KnownHosts()
            other.read(String(decoding: input.flatMap { $0 == 10 ? [13, 10] : [$0] }, as: UTF8.self), file: "k")
            try require(known == other, "CR LF at the line ends makes a difference")
        }
        let names = random.once(in: 50) ? HashedHostNames().matches : { _, _, _ in false }
        for (host, port) in [("example.com", 22), ("a.example.com", 2222)] {
            let key = HostKey(type: "ssh-ed25519", blob: random.bytes(24), sha256: random.bytes(32))
            _ = known.keyTypes(host: host, port: port, matching: names)
            let verdict = known.verdict(on: key, host: host, port: port, matching: names)
            try require(verdict != .trusted, "a random key is trusted")
            var more = known
            more.read("\(KnownHosts.name(host: host, port: port)) \(key.type) \(key.base64)\n", file: "k")
            let added = more.verdict(on: key, host: host, port: port, matching: names)
            try require(added == .trusted, "the key that was added is \(added)")
        }
        _ = HostKey.type(of: input)
    }

    /// The patterns of ssh_config(5), against the definition of what they mean.
    static let hostPatterns = FuzzTarget(
        "host patterns",
        samples: ["*.example.com", "a?c", "*", "a*b*c*d", "!a*,*", "[example.com]:2222", "ab", ""],
        words: ["*", "?", "!", "a", "b", "."]
    ) { input, random in
        let pattern = String(decoding: input.prefix(12).map { $0 & 0x7F }.filter { $0 != 33 }, as: UTF8.self)
        for _ in 0..<4 {
            let name = String(
                decoding: (0..<random.below(7)).map { _ in random.pick(Array("abc.".utf8)) }, as: UTF8.self)
            let expected = matches(Array(name.utf8)[...], Array(pattern.lowercased().utf8)[...])
            try require(HostPattern.matches(name, [pattern]) == expected, "'\(name)' and '\(pattern)'")
            try require(!HostPattern.matches(name, ["!" + pattern, "*"]) == expected, "'\(name)' and not '\(pattern)'")
        }
        let long = String(decoding: input, as: UTF8.self)
        _ = HostPattern.matches(String(repeating: "a", count: 253), [long])
    }

    private static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") {
            return matches(name, pattern.dropFirst()) || (!name.isEmpty && matches(name.dropFirst(), pattern))
        }
        guard let letter = name.first, first == letter || first == UInt8(ascii: "?") else { return false }
        return matches(name.dropFirst(), pattern.dropFirst())
    }
}
