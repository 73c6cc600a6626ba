import FileModel
import TestServers
import Testing
import Transport

@testable import SSH

/// The check of host keys against OpenSSH's sshd: nothing about the login is sent before it.
@Suite(.serialized, .timeLimit(.minutes(2))) struct HostKeyServerTests {
    private func settings(_ server: TestServer, _ policy: HostKeyPolicy) throws -> SSHSettings {
        let credentials = SSHCredentials(user: server.user, identityFiles: [try #require(server.privateKeyFile)])
        var settings = SSHSettings(
            endpoint: Endpoint(host: server.host, port: server.port), credentials: credentials)
        settings.hostKeys = policy
        return settings
    }

    /// The type and base64 of the server's key.
    private func key(_ server: TestServer) throws -> String {
        let file = KnownHostsFile(try #require(server.knownHostsFile))
        let text = try #require(try file.text())
        return text.split(separator: " ").dropFirst().prefix(2).joined(separator: " ").filter { $0 != "\n" }
    }

    /// As ssh-keygen(1) shows it.
    private func fingerprint(_ file: String?) async throws -> String {
        let shown = try await run(["ssh-keygen", "-l", "-f", try #require(file)])
        return try #require(shown.output.split(separator: " ").dropFirst().first.map(String.init))
    }

    @Test func unknownKeysAreRefusedWithTheWayToAddThem() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        let error = try #require(await refusal(try settings(server, .knownHosts(files: [folder("none")]))))
        #expect(error.code == .hostKeyRejected)
        #expect(error.message.contains("the host key of 127.0.0.1:\(server.port) is not known"), "\(error.message)")
        #expect(error.message.contains("'ssh-keyscan -t ed25519 -p \(server.port) 127.0.0.1 >> \(folder("none"))'"))
        #expect(error.message.contains("SHA256:"))
        #expect(!server.log().contains("Accepted") && !server.log().contains("userauth"))
    }

    @Test func changedKeysNameTheOldLine() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        let other = try await SSHKeys(at: folder("other"))
        try write("# old\n[127.0.0.1]:\(server.port) \(other.publicKey)\n", to: folder("kh"))
        for policy in [
            HostKeyPolicy.knownHosts(files: [folder("kh")]), .trustOnFirstUse(files: [folder("kh")]),
        ] {
            let error = try #require(await refusal(try settings(server, policy)))
            #expect(error.code == .hostKeyRejected)
            #expect(error.message.contains("has changed") && error.message.contains("\(folder("kh")):2"))
            for shown in [try await fingerprint(server.knownHostsFile), try await fingerprint(folder("other.pub"))] {
                #expect(error.message.contains(shown), "\(error.message)")
            }
        }
    }

    @Test func revokedKeysAreRefused() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        let key = try key(server)
        try write("[127.0.0.1]:\(server.port) \(key)\n@revoked * \(key)\n", to: folder("kh"))
        let error = await refusal(try settings(server, .knownHosts(files: [folder("kh")])))
        #expect(error?.code == .hostKeyRejected)
        #expect(error?.message.contains("is revoked at \(folder("kh")):2") == true)
    }

    @Test func trustOnFirstUseRemembers() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        let file = folder("new/kh")
        #expect(await refusal(try settings(server, .trustOnFirstUse(files: [file]))) == nil)
        let line = "[127.0.0.1]:\(server.port) \(try key(server))\n"
        #expect(try KnownHostsFile(file).text() == line)
        #expect(await refusal(try settings(server, .trustOnFirstUse(files: [file]))) == nil)
        #expect(await refusal(try settings(server, .knownHosts(files: [file]))) == nil)
        #expect(try KnownHostsFile(file).text()?.split(separator: "\n").count == 1)
    }

    @Test func pinsAreCompared() async throws {
        let server = try await TestServer.openSSH()
        let fingerprint = try await fingerprint(server.knownHostsFile)
        let pin = try #require(HostKeyPin(fingerprint))
        #expect(await refusal(try settings(server, .pin([pin]))) == nil)
        let other = try #require(HostKeyPin(String(repeating: "0", count: 64)))
        let error = await refusal(try settings(server, .pin([other])))
        #expect(error?.code == .hostKeyRejected && error?.message.contains(fingerprint) == true)
    }

    @Test func anyKeyMeansAny() async throws {
        let server = try await TestServer.openSSH()
        #expect(await refusal(try settings(server, .any)) == nil)
    }

    /// A server with several keys shows the one that known_hosts can check.
    @Test func theKnownTypeIsAskedFor() async throws {
        let folder = try TemporaryFolder()
        let ecdsa = try await SSHKeys(type: "ecdsa", at: folder("ecdsa"))
        let server = try await TestServer.openSSH(extra: ["HostKey \(ecdsa.privateKeyFile)"])
        try write("[127.0.0.1]:\(server.port) \(ecdsa.publicKey)\n", to: folder("kh"))
        #expect(await refusal(try settings(server, .knownHosts(files: [folder("kh")]))) == nil)
        try write("[127.0.0.1]:\(server.port) \(try key(server))\n", to: folder("kh"))
        #expect(await refusal(try settings(server, .knownHosts(files: [folder("kh")]))) == nil)
    }

    /// Another key's type is known, so it is no first use.
    @Test func aKeyOfAnotherTypeIsNotTrustedOnFirstUse() async throws {
        let folder = try TemporaryFolder()
        let ecdsa = try await SSHKeys(type: "ecdsa", at: folder("ecdsa"))
        let server = try await TestServer.openSSH()
        try write("[127.0.0.1]:\(server.port) \(ecdsa.publicKey)\n", to: folder("kh"))
        let error = await refusal(try settings(server, .trustOnFirstUse(files: [folder("kh")])))
        #expect(error?.code == .hostKeyRejected)
        #expect(error?.message.contains("only a key of type ecdsa-sha2-nistp256 is known") == true)
    }

    @Test func hashedFilesWork() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        try write("[127.0.0.1]:\(server.port) \(try key(server))\n", to: folder("kh"))
        _ = try await run(["ssh-keygen", "-q", "-H", "-f", folder("kh")])
        #expect(await refusal(try settings(server, .knownHosts(files: [folder("kh")]))) == nil)
    }

    @Test func aCertificateAuthorityIsExplained() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        try write("@cert-authority * \(try key(server))\n", to: folder("kh"))
        let error = await refusal(try settings(server, .knownHosts(files: [folder("kh")])))
        #expect(error?.code == .hostKeyRejected)
        #expect(error?.message.contains("certificate authority at \(folder("kh")):1") == true)
        #expect(error?.message.contains("transport = \"openssh\"") == true)
    }

    @Test func anAliasIsLookedUpInsteadOfTheAddress() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        try write("build-farm \(try key(server))\n", to: folder("kh"))
        var settings = try settings(server, .knownHosts(files: [folder("kh")]))
        #expect(await refusal(settings)?.code == .hostKeyRejected)
        settings.hostKeyAlias = "build-farm"
        #expect(await refusal(settings) == nil)
    }

    // MARK: Looking and accepting

    private func inspect(_ server: TestServer, _ files: [String]) async throws -> HostKeyInspection {
        var settings = SSHSettings(
            endpoint: Endpoint(host: server.host, port: server.port), credentials: SSHCredentials(user: "nobody"))
        settings.hostKeys = .knownHosts(files: files)
        return try await HostKeyInspection.of(settings, on: EventLoops.next())
    }

    @Test func aKeyIsShownAndTrustedWithoutALogin() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        let found = try await inspect(server, [folder("kh")])
        #expect(found.standing == .unknown && !found.isAccepted && found.file == folder("kh"))
        #expect(found.key.fingerprint == (try await fingerprint(server.knownHostsFile)))
        #expect(SHA256.digest(found.key.blob) == found.key.sha256)
        #expect("\(found.key.type) \(found.key.base64)" == (try key(server)))
        #expect(!server.log().contains("userauth") && !server.log().contains("nobody"))
        try await found.trust()
        #expect(try await inspect(server, [folder("kh")]).standing == .trusted)
        #expect(await refusal(try settings(server, .knownHosts(files: [folder("kh")]))) == nil)
    }

    @Test func aChangedKeyIsReplaced() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        let other = try await SSHKeys(at: folder("other"))
        try write("# mine\n[127.0.0.1]:\(server.port) \(other.publicKey)\nelse \(other.publicKey)\n", to: folder("kh"))
        let found = try await inspect(server, [folder("kh")])
        guard case .changed(let old) = found.standing else { return #expect(found.standing == .unknown) }
        #expect(old.fingerprint == (try await fingerprint(folder("other.pub"))) && old.location == "\(folder("kh")):2")
        try await found.trust()
        let expected = "# mine\nelse \(other.publicKey)\n[127.0.0.1]:\(server.port) \(try key(server))\n"
        #expect(try KnownHostsFile(folder("kh")).text() == expected)
    }

    @Test func aServerThatIsNotThereShowsNoKey() async throws {
        let server = try await TestServer.openSSH()
        server.stop()
        let error = await #expect(throws: StorageError.self) { try await inspect(server, []) }
        #expect(error?.code == .unreachable)
    }
}
