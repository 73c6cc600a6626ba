import FileModel
import TestServers
import Testing

@testable import SSH

@Suite struct IdentityFileTests {
    @Test(arguments: [
        ("ed25519", "", "ssh-ed25519"), ("ed25519", "secret", "ssh-ed25519"), ("ecdsa", "", "ecdsa-sha2-nistp256"),
        ("rsa", "secret", "ssh-rsa"),
    ])
    func tellsTypeAndEncryption(_ type: String, _ passphrase: String, _ name: String) async throws {
        let folder = try TemporaryFolder()
        let pair = try await SSHKeys(type: type, passphrase: passphrase, at: folder("key"))
        let identity = try IdentityFile(pair.privateKeyFile)
        #expect(identity.keyType == name && identity.isEncrypted == !passphrase.isEmpty)
    }

    @Test func readsPEM() async throws {
        let folder = try TemporaryFolder()
        _ = try await run(
            ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "secret", "-f", folder("key")])
        let identity = try IdentityFile(folder("key"))
        #expect(identity.isRSA && identity.isEncrypted)
    }

    @Test func saysWhyItCannotBeUsed() throws {
        let folder = try TemporaryFolder()
        #expect(throws: StorageError.self) { try IdentityFile(folder("none")) }
        try write("just text", to: folder("text"))
        let error = #expect(throws: StorageError.self) { try IdentityFile(folder("text")) }
        #expect(error?.message == "it is not a private key")
        // Cut short in the middle: no more is known, and nothing traps.
        try write("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n", to: folder("cut"))
        #expect(try IdentityFile(folder("cut")).keyType == nil)
    }
}
