import FileModel
import TestServers
import Testing

@testable import TLS

/// Settings that cannot be used, and what is said about them.
@Suite struct SettingsTests {
    @Test(arguments: [
        ("ECDHE+AESGCM:NO-SUCH-CIPHER", "'NO-SUCH-CIPHER'"),
        ("TLS_AES_256_GCM_SHA384:TLS_NONE_SUCH", "'TLS_NONE_SUCH'"),
        ("HIGH TYPO", "'TYPO'"),
    ])
    func anUnknownCipherIsNamed(ciphers: String, name: String) {
        var settings = TLSSettings()
        settings.ciphers = ciphers
        let error = storageError { _ = try TLSContext(settings) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(name) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        "DEFAULT@SECLEVEL=0", "HIGH:!aNULL:!RC4:@STRENGTH", "ECDHE+AESGCM:TLS_CHACHA20_POLY1305_SHA256", "ALL,-MD5",
    ])
    func listsAsOpenSSLWritesThemAreTaken(ciphers: String) throws {
        var settings = TLSSettings()
        settings.ciphers = ciphers
        _ = try TLSContext(settings)
    }

    @Test(arguments: [
        (TLSVersion.tls13, "TLS_CHACHA20_POLY1305_SHA256"), (.tls12, "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ])
    func theChosenCipherIsUsed(version: TLSVersion, cipher: String) async throws {
        var settings = try await SessionPair.trusting()
        settings.minimumVersion = version
        settings.maximumVersion = version
        settings.ciphers = cipher
        let pair = try await SessionPair(client: settings)
        try pair.handshake()
        #expect(pair.client.cipher == cipher)
    }

    @Test func aLockedKeyIsNamedAndNobodyIsAsked() async throws {
        let certificates = try await Certificates.shared()
        var settings = TLSSettings()
        settings.clientCertificate = certificates.certificateFile(.valid)
        settings.clientKey = certificates.lockedKeyFile
        let error = try #require(storageError { _ = try TLSContext(settings) })
        #expect(error.code == .configuration)
        #expect(error.message.contains("'\(certificates.lockedKeyFile)' is locked with a passphrase"), "\(error)")
    }

    @Test func aKeyOfAnotherCertificateIsNamed() async throws {
        let certificates = try await Certificates.shared()
        var settings = TLSSettings()
        settings.clientCertificate = certificates.certificateFile(.valid)
        settings.clientKey = certificates.keyFile(.expired)
        let error = try #require(storageError { _ = try TLSContext(settings) })
        #expect(error.code == .configuration)
        #expect(error.message.contains(certificates.keyFile(.expired)), "\(error)")
        settings.clientKey = certificates.certificateFile(.valid)
        let notAKey = try #require(storageError { _ = try TLSContext(settings) })
        #expect(notAKey.message.contains("client_key '\(certificates.certificateFile(.valid))'"), "\(notAKey)")
    }

    @Test(arguments: [(TLSVersion.tls12, TLSVersion.tls13), (.tls13, .tls12)])
    func versionsThatDoNotMeetNameTheKeys(ours: TLSVersion, theirs: TLSVersion) async throws {
        var client = try await SessionPair.trusting()
        client.minimumVersion = ours
        client.maximumVersion = ours
        var server = TLSSettings()
        server.minimumVersion = theirs
        server.maximumVersion = theirs
        let pair = try await SessionPair(client: client, server: server)
        // The server refuses first; its alert is what the client goes by.
        _ = try pair.client.handshake()
        pair.carry(from: pair.client, to: pair.server)
        #expect(storageError { _ = try pair.server.handshake() } != nil)
        pair.carry(from: pair.server, to: pair.client)
        let error = try #require(storageError { _ = try pair.client.handshake() })
        #expect(
            error.message.contains("does not speak TLS \(ours.rawValue): change min_version or max_version"), "\(error)"
        )
    }
}
