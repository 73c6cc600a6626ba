import FileModel
import Synchronization
import TestServers
import Testing

@testable import TLS

@Suite struct CertificateTests {
    @Test(arguments: ["localhost", "127.0.0.1"])
    func aCertificateOfTheNameOrAddressIsAccepted(host: String) async throws {
        let pair = try await SessionPair(client: try await SessionPair.trusting(), host: host)
        try pair.handshake()
        let certificate = try #require(pair.client.peerCertificate)
        #expect(certificate.names == ["localhost", "127.0.0.1", "127.0.0.2", "::1"])
        #expect(certificate.issuer == "CN=Remora test authority")
        #expect(certificate.sha256.count == 32 && certificate.publicKeySHA256.count == 32)
    }

    @Test(arguments: [
        (CertificateKind.expired, "localhost", "it has expired", "have it renewed"),
        (.notYetValid, "localhost", "it is not valid yet", "set the clock"),
        (.wrongHost, "localhost", "it was issued for another name", "connect as other.example, or set check_hostname"),
        (.valid, "other.example", "it was issued for another name", "check_hostname = false"),
        (.valid, "127.0.0.3", "it was issued for another name", "connect as localhost or 127.0.0.1"),
        (.selfSigned, "localhost", "it is self-signed", "'syncctl trust'"),
        (.unknownAuthority, "localhost", "its issuer is not a known authority", "ca_file"),
    ])
    func aWrongCertificateIsRefusedInOneSentence(
        kind: CertificateKind, host: String, reason: String, remedy: String
    ) async throws {
        let pair = try await SessionPair(client: try await SessionPair.trusting(), kind: kind, host: host)
        let error = try #require(storageError { try pair.handshake() })
        #expect(error.code == .tlsFailed)
        #expect(error.message.contains("the certificate of \(host) is not trusted: \(reason)"), "\(error)")
        #expect(error.message.contains("subject CN=") && error.message.contains("SHA-256 "))
        #expect(error.message.contains("valid 20\(kind == .notYetValid ? 48 : 20)-01-01 to 20"))
        #expect(error.message.contains(remedy), "\(error)")
    }

    @Test func anUnknownAuthorityIsRefusedBySystemTrust() async throws {
        let pair = try await SessionPair(client: TLSSettings())
        let error = try #require(storageError { try pair.handshake() })
        #expect(error.message.contains("its issuer is not a known authority"), "\(error)")
        #expect(error.message.contains("ca_file"))
    }

    /// A user who is asked to accept a certificate hears of all that is wrong with it.
    @Test(arguments: [
        (CertificateKind.expired, "localhost", ["its issuer is not a known authority", "it has expired"]),
        (.wrongHost, "localhost", ["its issuer is not a known authority", "it was issued for another name"]),
        (.selfSigned, "other.example", ["it is self-signed", "it was issued for another name"]),
    ])
    func everyFaultIsTold(kind: CertificateKind, host: String, reasons: [String]) async throws {
        let pair = try await SessionPair(client: TLSSettings(), kind: kind, host: host)
        let error = try #require(storageError { try pair.handshake() })
        #expect(error.message.contains("is not trusted: " + reasons.joined(separator: ", and ") + " ("), "\(error)")
    }

    @Test func theNameIsNotLookedAtWhenTheUserSaysSo() async throws {
        var settings = try await SessionPair.trusting()
        settings.checksHostname = false
        for host in ["localhost", "10.1.2.3"] {
            try await SessionPair(client: settings, kind: .wrongHost, host: host).handshake()
        }
        let expired = try await SessionPair(client: settings, kind: .expired)
        #expect(storageError { try expired.handshake() }?.code == .tlsFailed)
    }

    @Test func anythingIsAcceptedWithTrustAny() async throws {
        var settings = TLSSettings()
        settings.trust = .any
        for kind in CertificateKind.allCases {
            try await SessionPair(client: settings, kind: kind, host: "whoever").handshake()
        }
    }

    @Test func aPinStandsForItself() async throws {
        var settings = TLSSettings()
        settings.trust = .pinned
        var any = settings
        any.trust = .any
        let seen = try await SessionPair(client: any, kind: .expired)
        try seen.handshake()
        let certificate = try #require(seen.client.peerCertificate)

        for pin in [CertificatePin.certificate(certificate.sha256), .publicKey(certificate.publicKeySHA256)] {
            settings.pins = [pin]
            try await SessionPair(client: settings, kind: .expired, host: "10.9.8.7").handshake()
            let other = try await SessionPair(client: settings, kind: .valid)
            let error = try #require(storageError { try other.handshake() })
            #expect(error.message.contains("not one of those in pin_sha256"), "\(error)")
        }
    }

    @Test func aPinNarrowsATrustedAuthority() async throws {
        var settings = try await SessionPair.trusting()
        settings.pins = [.certificate([UInt8](repeating: 7, count: 32))]
        let pair = try await SessionPair(client: settings)
        #expect(storageError { try pair.handshake() }?.code == .tlsFailed)
    }

    @Test func theHookSeesCertificateAndProblem() async throws {
        let seen = Mutex<[(PeerCertificate, CertificateProblem?)]>([])
        var settings = TLSSettings()
        settings.trust = .decided { certificate, problem in
            seen.withLock { $0.append((certificate, problem)) }
            return certificate.subject == "CN=localhost" ? .accept : .refuse("it is new here: run this")
        }
        try await SessionPair(client: settings, kind: .selfSigned).handshake()
        #expect(seen.withLock { $0.first?.1?.reason } == "it is self-signed")
        let refused = try await SessionPair(client: settings, kind: .wrongHost)
        let error = try #require(storageError { try refused.handshake() })
        #expect(error == StorageError(.tlsFailed, "it is new here: run this"))
    }

    @Test func pinsAreReadAsPeopleWriteThem() throws {
        let hex = String(repeating: "Ab", count: 32)
        let digest = [UInt8](repeating: 0xAB, count: 32)
        #expect(try CertificatePin(hex) == .certificate(digest))
        let colons = String(repeating: "AB:", count: 31) + "AB"
        #expect(try CertificatePin(colons) == .certificate(digest))
        #expect(try CertificatePin("sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=") == .publicKey(Array(0..<32)))
        for wrong in ["", "abc", String(repeating: "ab", count: 31), "sha256//AAAA", hex + "!"] {
            #expect(storageError { _ = try CertificatePin(wrong) }?.code == .configuration, "\(wrong)")
        }
    }

    @Test func brokenVersionsAreRefusedByName() {
        for version in [TLSVersion.ssl2, .ssl3] {
            var settings = TLSSettings()
            settings.minimumVersion = version
            let error = storageError { _ = try TLSContext(settings) }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains(version.rawValue) == true)
        }
        #expect(TLSVersion("SSLv3") == .ssl3 && TLSVersion("TLSv1.2") == .tls12 && TLSVersion("1.3") == .tls13)
        #expect(TLSVersion("1.4") == nil)
    }

    @Test func unusableSettingsAreConfigurationErrors() {
        var settings = TLSSettings()
        settings.ciphers = "NO-SUCH-CIPHER"
        #expect(storageError { _ = try TLSContext(settings) }?.code == .configuration)
        settings = TLSSettings()
        settings.trust = .authorities(file: "/nonexistent.pem")
        #expect(storageError { _ = try TLSContext(settings) }?.message.contains("/nonexistent.pem") == true)
        settings = TLSSettings()
        settings.clientCertificate = "/nonexistent.pem"
        #expect(storageError { _ = try TLSContext(settings) }?.code == .configuration)
        settings = TLSSettings()
        settings.trust = .pinned
        #expect(storageError { _ = try TLSContext(settings) }?.message.contains("pin_sha256") == true)
    }
}
