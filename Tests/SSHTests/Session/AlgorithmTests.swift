import TestServers
import Testing

@testable import SSH

/// Servers with which libssh2 has no algorithm in common.
@Suite(.timeLimit(.minutes(1))) struct AlgorithmTests {
    @Test(arguments: [
        ("Ciphers chacha20-poly1305@openssh.com", "cipher to the server", "chacha20-poly1305@openssh.com"),
        ("KexAlgorithms sntrup761x25519-sha512@openssh.com", "key exchange", "sntrup761x25519-sha512@openssh.com"),
    ])
    func theListIsNamedWithWhatTheServerHas(_ line: String, _ list: String, _ name: String) async throws {
        let server = try await TestServer.openSSH(extra: [line])
        let error = try #require(await refusal(try SSHSettings(reaching: server, by: [.publickey])))
        #expect(error.code == .protocolViolation)
        #expect(error.message.contains("no common \(list); the server offers only \(name)"), "\(error.message)")
        #expect(error.message.contains("transport = \"openssh\""))
    }

    @Test func itIsNamedWhenTheServerTakesItsLeaveAsWell() async throws {
        let server = try await TestServer.asyncSSH(algorithms: [
            "encryption_algs": ["aes256-ctr"], "mac_algs": ["umac-128@openssh.com"],
        ])
        let error = try #require(await refusal(try SSHSettings(reaching: server, by: [.publickey])))
        #expect(error.code == .protocolViolation)
        #expect(
            error.message.contains("no common MAC to the server; the server offers only umac-128@openssh.com"),
            "\(error)")
    }
}
