import FTP
import FileModel
import TLS
import TestServers
import Testing

extension RealServers {
    /// PROT, CCC, client certificates and versions on real servers (RFC 4217, RFC 2228).
    @Suite(.timeLimit(.minutes(2))) struct ProtectionTests {
        @Test(arguments: [ServerCase.proFTPDExplicit, .pureFTPdExplicit])
        func dataGoesInClearWhereTheUserSaysSo(on kind: ServerCase) async throws {
            let server =
                kind == .proFTPDExplicit
                ? try await TestServer.proFTPD(tls: .explicit, requiredFor: "ctrl") : try await kind.start()
            for protects in [true, false] {
                var settings = try ServerFolder.settings(server, .explicit)
                settings.security.protectsData = protects
                let trip = try await RoundTrip(settings)
                #expect(trip.facts.isEncrypted && trip.facts.protectsData == protects)
                #expect(trip.protection.handshakes == (protects ? RoundTrip.dataConnections : 0))
            }
        }

        /// A bug once: every 522 was taken for a missing session resumption.
        @Test(arguments: [ServerCase.proFTPDExplicit, .vsftpdExplicit])
        func aServerThatInsistsOnProtectedDataIsUnderstood(on kind: ServerCase) async throws {
            var settings = try await ServerFolder(kind).settings
            settings.security.protectsData = false
            let error = await storageError { _ = try await RoundTrip(settings) }
            #expect(error?.code == .tlsFailed)
            #expect(error?.message.contains("protect_data = true") == true, "\(String(describing: error))")
        }

        // MARK: CCC

        /// ProFTPD agrees where TLSRequired does not cover the control connection.
        @Test func proFTPDGoesBackToClearTextAndKeepsDataProtected() async throws {
            let server = try await TestServer.proFTPD(
                tls: .explicit, requiredFor: "data", requireSessionReuse: false)
            try await clears(ServerFolder.settings(server, .explicit))
        }

        /// Pure-FTPd resumes sessions under TLS 1.2 only: there the data connections do so even after CCC.
        @Test(arguments: [TLSVersion.tls12, .tls13])
        func pureFTPdGoesBackToClearTextAndKeepsDataProtected(version: TLSVersion) async throws {
            var settings = try await ServerFolder(.pureFTPdExplicit).settings(speaking: version)
            settings.security.resumption = version == .tls12 ? .require : .automatic
            try await clears(settings)
        }

        private func clears(_ settings: FTPSettings) async throws {
            var settings = settings
            settings.security.clearsCommandChannel = true
            let trip = try await RoundTrip(settings)
            #expect(trip.facts.clearedCommandChannel && trip.facts.isEncrypted && trip.facts.protectsData)
            #expect(trip.protection.handshakes == RoundTrip.dataConnections)
        }

        @Test(arguments: [ServerCase.proFTPDExplicit, .vsftpdExplicit])
        func aRefusalOfCCCNamesTheKey(on kind: ServerCase) async throws {
            var settings = try await ServerFolder(kind).settings
            settings.security.clearsCommandChannel = true
            let error = await storageError { _ = try await FTPConnection.connect(settings) }
            #expect(error?.code == .tlsFailed)
            #expect(
                error?.message.contains("set clear_command_channel = false") == true, "\(String(describing: error))")
        }

        // MARK: Client certificates

        @Test(arguments: [TLSVersion.tls12, .tls13])
        func aClientCertificateIsAskedFor(version: TLSVersion) async throws {
            let certificates = try await Certificates.shared()
            let server = try await TestServer.proFTPD(
                tls: .explicit, extra: ["TLSCACertificateFile \(certificates.caFile)", "TLSVerifyClient on"])
            func settings(_ kind: CertificateKind?) throws -> FTPSettings {
                try ServerFolder.settings(server, .explicit, speaking: version) { tls in
                    tls.clientCertificate = kind.map(certificates.certificateFile)
                    tls.clientKey = kind.map(certificates.keyFile)
                }
            }
            #expect(try await RoundTrip(settings(.valid)).protection.resumptions == RoundTrip.dataConnections)
            for (kind, words) in [
                (CertificateKind.unknownAuthority, "it does not know who issued it"), (.expired, "it has expired"),
                (nil, "wants a client certificate"),
            ] as [(CertificateKind?, String)] {
                let error = await storageError { _ = try await FTPConnection.connect(settings(kind)) }
                #expect(error?.code == .tlsFailed)
                #expect(error?.message.contains(words) == true, "\(String(describing: error))")
                #expect(error?.message.contains("client_certificate") == true)
            }
        }

        // MARK: Versions

        @Test(arguments: [
            ("TLSv1", TLSVersion.tls10), ("TLSv1.1", .tls11), ("TLSv1.2", .tls12), ("TLSv1.3", .tls13),
        ])
        func versionsMeetOrAreNamed(server name: String, version: TLSVersion) async throws {
            let server = try await TestServer.proFTPD(
                tls: .explicit, protocols: name, extra: ["TLSCipherSuite ALL:@SECLEVEL=0"])
            let wide = try ServerFolder.settings(server, .explicit, versions: .tls10 ... .tls13)
            #expect(try await RoundTrip(wide).protection.resumptions == RoundTrip.dataConnections)
            for other in [TLSVersion.tls12, .tls13] where other != version {
                let narrow = try ServerFolder.settings(server, .explicit, speaking: other)
                let error = await storageError { _ = try await FTPConnection.connect(narrow) }
                #expect(error?.code == .tlsFailed)
                let words = "does not speak TLS \(other.rawValue): change min_version or max_version"
                #expect(error?.message.contains(words) == true, "\(String(describing: error))")
            }
        }

        @Test func aCipherThatTheServerDoesNotTakeIsExplained() async throws {
            let server = try await TestServer.proFTPD(
                tls: .explicit, protocols: "TLSv1.2", extra: ["TLSCipherSuite ECDHE-ECDSA-AES256-GCM-SHA384"])
            func settings(_ cipher: String) throws -> FTPSettings {
                try ServerFolder.settings(server, .explicit, speaking: .tls12) { $0.ciphers = cipher }
            }
            _ = try await RoundTrip(settings("ECDHE-ECDSA-AES256-GCM-SHA384"))
            let error = await storageError {
                _ = try await FTPConnection.connect(settings("ECDHE-ECDSA-AES128-GCM-SHA256"))
            }
            #expect(error?.code == .tlsFailed)
            #expect(error?.message.contains("no cipher in common") == true, "\(String(describing: error))")
        }
    }
}

/// A file stored, read back and removed on a session of its own.
private struct RoundTrip {
    static let dataConnections = 2
    let facts: SessionFacts
    let protection: DataProtection

    init(_ settings: FTPSettings) async throws {
        let data = pattern(100_000)
        let connection = try await FTPConnection.connect(settings)
        let file = try RemotePath("f\(UInt32.random(in: 0...UInt32.max))")
        try await connection.put(data, to: file)
        #expect(try await connection.get(file) == data)
        try await connection.delete(file)
        facts = await connection.facts
        protection = await connection.dataProtection
        await connection.close()
    }
}
