import TestServers
import Testing

extension Scenarios {
    /// One clear sentence for each thing that a user can get wrong, its status code in `--json`, and exit code 3.
    @Suite(.timeLimit(.minutes(5)))
    struct ErrorScenarios {
        @Test(arguments: [SiteKind.sftp, .ftp, .ftpesVSFTPD])
        func aWrongPassword(_ kind: SiteKind) async throws {
            var site = try await RemoteSite(kind)
            site.password = "not the password"
            try await expect(
                kind.isFTP ? "FTP_LOGIN_FAILED" : "SFTP_LOGIN_FAILED", site, url: try site.makeRoot("tree"),
                naming: site.server.user)
        }

        @Test(arguments: [SiteKind.sftp, .ftp])
        func anUnknownHost(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let url = "\(kind.scheme)://me@no-such-host.invalid/tree"
            try await expect(timeout(kind), site, url: url, naming: "no-such-host.invalid")
        }

        @Test(arguments: SiteKind.allCases)
        func aRefusedPort(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let url = try site.makeRoot("tree")
            site.server.stop()
            try await expect(timeout(kind), site, url: url, naming: "\(site.server.port)")
        }

        @Test(arguments: SiteKind.allCases)
        func aMissingFolder(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let code = kind.isFTP ? "INCORRECT_FTP_FOLDER" : "INCORRECT_SFTP_FOLDER"
            try await expect(code, site, url: site.url(below: "no such folder"), naming: "no such folder")
        }

        @Test(arguments: [CertificateKind.expired, .wrongHost, .selfSigned])
        func anUntrustedCertificate(_ certificate: CertificateKind) async throws {
            let server = try await TestServer.proFTPD(tls: .explicit, certificate: certificate)
            let site = try await RemoteSite(.ftpesProFTPD, server: server)
            try await expect("FTP_CONNECTION_TIMEOUT", site, url: try site.makeRoot("tree"), naming: "certificate")
        }

        @Test func anUnknownAuthority() async throws {
            let site = try await RemoteSite(.ftps)
            let result = try await site.workplace.syncctl(
                ["push", "\(try localFolder(site))", try site.makeRoot("tree"), "--json"], password: site.password)
            try check(result, "FTP_CONNECTION_TIMEOUT", naming: "certificate")
        }

        @Test func aChangedHostKey() async throws {
            let site = try await RemoteSite(.sftp)
            let other = try await TestServer.openSSH()
            let file = try DiskPath(#require(site.server.knownHostsFile))
            let otherKey = try DiskPath(#require(other.knownHostsFile)).read().split(separator: UInt8(ascii: " "))
                .dropFirst()
            let names = "[127.0.0.1]:\(site.server.port) "
            try file.write(Array(names.utf8) + Array(otherKey.joined(separator: [UInt8(ascii: " ")])))
            try await expect("SFTP_CONNECTION_TIMEOUT", site, url: try site.makeRoot("tree"), naming: "host key")
        }

        @Test func anUnknownHostKey() async throws {
            let site = try await RemoteSite(.sftp)
            try DiskPath(#require(site.server.knownHostsFile)).write([])
            try await expect("SFTP_CONNECTION_TIMEOUT", site, url: try site.makeRoot("tree"), naming: "host key")
        }

        private func timeout(_ kind: SiteKind) -> String {
            kind.isFTP ? "FTP_CONNECTION_TIMEOUT" : "SFTP_CONNECTION_TIMEOUT"
        }

        private func localFolder(_ site: RemoteSite) throws -> DiskPath {
            let local = site.workplace.path("local")
            try local.makeDirectoryIfMissing()
            try (local / "file").write([1])
            try (local / "file").setModified(SampleTree.modified)
            return local
        }

        /// Both the transfer and the connection test say it.
        private func expect(
            _ code: String, _ site: RemoteSite, url: String, naming word: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            for command in [["push", "\(try localFolder(site))", url], ["test", url]] {
                let result = try await site.syncctl(command + ["--json"], within: .seconds(40))
                try check(result, code, naming: word, sourceLocation: sourceLocation)
            }
            let plain = try await site.syncctl(["push", "\(try localFolder(site))", url], within: .seconds(40))
            #expect(plain.status == .exited(3), sourceLocation: sourceLocation)
            #expect(plain.errors.contains(word), "\(plain.errors)", sourceLocation: sourceLocation)
            let sentences = plain.errors.split(separator: "\n")
            #expect(sentences.count == 1, "\(plain.errors)", sourceLocation: sourceLocation)
            #expect(!plain.errors.contains(site.password ?? "\u{0}"), sourceLocation: sourceLocation)
        }

        private func check(
            _ result: CommandResult, _ code: String, naming word: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            #expect(result.status == .exited(3), "\(result.output) \(result.errors)", sourceLocation: sourceLocation)
            #expect(
                try RunSummary(result.output).statusCode == code, "\(result.output)", sourceLocation: sourceLocation)
            #expect((result.output + result.errors).contains(word), "\(result.output)", sourceLocation: sourceLocation)
        }
    }
}
