import FileModel
import TestServers
import Testing

@testable import SSH

@Suite struct KnownHostsTests {
    /// Two keys of one type and one of another.
    private static let ed25519 = HostKey(type: "ssh-ed25519", blob: Array("\0\0\0\u{b}ssh-ed25519one".utf8), sha256: [])
    private static let other = HostKey(type: "ssh-ed25519", blob: Array("\0\0\0\u{b}ssh-ed25519two".utf8), sha256: [])
    private static let ecdsa = HostKey(
        type: "ecdsa-sha2-nistp256", blob: Array("\0\0\0\u{13}ecdsa-sha2-nistp256".utf8), sha256: [])

    private func verdict(_ text: String, host: String = "example.com", port: Int = 22) -> HostKeyStanding {
        var known = KnownHosts()
        known.read(text, file: "kh")
        return known.verdict(on: Self.ed25519, host: host, port: port, matching: HashedHostNames().matches)
    }

    private static func known(_ key: HostKey, _ location: String) -> KnownHostKey {
        KnownHostKey(
            type: key.type, fingerprint: HostKey.fingerprint(SHA256.digest(key.blob)), location: location)
    }

    private func line(_ names: String, _ key: HostKey = ed25519, marker: String = "") -> String {
        "\(marker)\(names) \(key.type) \(key.base64) a comment\n"
    }

    @Test(arguments: [
        ("example.com", 22, true), ("EXAMPLE.com", 22, true), ("other,example.com,10.0.0.1", 22, true),
        ("*.com", 22, true), ("ex?mple.com", 22, true), ("*", 22, true), ("*.org", 22, false),
        ("*.com,!example.com", 22, false), ("!example.com,*.com", 22, false), ("*.com,!*.net", 22, true),
        ("example", 22, false), ("example.com.", 22, false), ("[example.com]:2222", 22, false),
        ("[example.com]:2222", 2222, true), ("[example.com]:2223", 2222, false), ("[*.com]:2222", 2222, true),
        ("[example.com]:*", 2222, true),
        // A bare name vouches for other ports too.
        ("example.com", 2222, true),
    ])
    func namesAndPatterns(_ names: String, _ port: Int, _ isTrusted: Bool) {
        #expect(verdict(line(names), port: port) == (isTrusted ? .trusted : .unknown))
    }

    @Test func commentsAuthoritiesAndRubbishArePassedOver() {
        let text = """
            # example.com ssh-ed25519 AAAA

            example.com
            example.com ssh-ed25519
            |1|only-salt ssh-ed25519 AAAA
            |2|c2FsdA==|aGFzaA== ssh-ed25519 AAAA
            \(line("example.com", marker: "@cert-authority "))\(line("example.com", marker: "@nonsense "))
            """
        #expect(verdict(text) == .unknown)
        #expect(verdict(text + "\n" + line("example.com").replacingNewline) == .trusted)
    }

    @Test func aChangedKeyNamesItsLine() {
        #expect(verdict("# first\n" + line("example.com", Self.other)) == .changed(Self.known(Self.other, "kh:2")))
        #expect(verdict(line("example.com", Self.other) + line("example.com")) == .trusted)
    }

    @Test func anEntryForTheBareNameNeverCountsAgainstAnotherPort() {
        #expect(verdict(line("example.com", Self.other), port: 2222) == .unknown)
    }

    @Test func keysOfOtherTypesAreNamed() {
        #expect(verdict(line("example.com", Self.ecdsa)) == .otherType(Self.known(Self.ecdsa, "kh:1")))
    }

    @Test func aRevokedKeyIsNeverTrusted() {
        let revoked = line("*", marker: "@revoked ")
        #expect(verdict(revoked) == .revoked(location: "kh:1"))
        #expect(verdict(line("example.com") + revoked) == .revoked(location: "kh:2"))
        #expect(verdict(line("example.com") + line("*", Self.other, marker: "@revoked ")) == .trusted)
        #expect(verdict(line("example.com", Self.other, marker: "@revoked ")) == .unknown)
        #expect(verdict(revoked, port: 2222) == .revoked(location: "kh:1"))
    }

    /// ssh-keygen(1) hashes the names, so that its idea of the format is what is tested.
    @Test func hashedNames() async throws {
        let folder = try TemporaryFolder()
        let file = folder("kh")
        let pair = try await SSHKeys(at: folder("key"))
        let parts = pair.publicKey.split(separator: " ")
        let names = ["example.com", "[example.com]:2222", "10.0.0.1"]
        try write(names.map { "\($0) \(pair.publicKey)\n" }.joined(), to: file)
        let result = try await run(["ssh-keygen", "-q", "-H", "-f", file])
        #expect(result.succeeded, "\(result.errors)")
        var known = KnownHosts()
        known.read(try #require(try KnownHostsFile(file).text()), file: file)
        #expect(
            known.entries.count == 3 && known.entries.allSatisfy { if case .hashed = $0.names { true } else { false } })
        let hashes = HashedHostNames()
        for (host, port, isKnown) in [
            ("example.com", 22, true), ("example.com", 2222, true), ("10.0.0.1", 22, true), ("example.org", 22, false),
            ("10.0.0.2", 22, false),
        ] {
            let types = known.keyTypes(host: host, port: port, matching: hashes.matches)
            #expect(types == (isKnown ? [String(parts[0])] : []), "\(host):\(port)")
        }
    }

    @Test func knownTypesComeInTheirOrderAndOnce() {
        var known = KnownHosts()
        known.read(
            line("example.com", Self.ecdsa) + line("example.com") + line("example.com", Self.other)
                + "@revoked example.com ssh-rsa AAAA\n", file: "kh")
        let types = known.keyTypes(host: "example.com", port: 22, matching: { _, _, _ in false })
        #expect(types == ["ecdsa-sha2-nistp256", "ssh-ed25519"])
        let offered = SSHAlgorithms.hostKeys(preferring: types) { _ in
            ["ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-dss"]
        }
        #expect(offered == ["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"])
    }

    @Test func fullTurnsOfStarsEndSoon() {
        let pattern = String(repeating: "*a", count: 200) + "b"
        #expect(!HostPattern.matches(String(repeating: "a", count: 2000), [pattern]))
    }
}

extension String {
    fileprivate var replacingNewline: String { String(filter { $0 != "\n" }) }
}
