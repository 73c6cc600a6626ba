import TestServers
import Testing

extension Scenarios {
    /// `transfer.verify = "checksum"` on servers that compute, that refuse and that lie.
    @Suite(.timeLimit(.minutes(3)))
    struct ChecksumScenarios {
        private let verify = ["-o", "transfer.verify=checksum"]

        @Test(arguments: [SiteKind.ftp, .sftp])
        func aTreeIsProvenByTheServer(_ kind: SiteKind) async throws {
            let server =
                kind == .ftp
                ? try await TestServer.proFTPD(extra: ["LoadModule mod_digest.c", "DigestEngine on"])
                : try await TestServer.proFTPDSFTP()
            let site = try await RemoteSite(kind, server: server)
            let local = site.workplace.path("local")
            try SampleTree(files: 30, bigFile: 3 << 20).build(at: local)
            let url = try site.makeRoot("tree")
            let pushed = try await site.syncctl(["push", "\(local)", url, "-vvv"] + verify)
            #expect(pushed.status == .exited(0), "\(pushed.errors)")
            try expectEqual(local, site.disk / "tree")
            let question = kind == .ftp ? "HASH /" : "check-file-handle "
            #expect(pushed.errors.contains(question))
            #expect(!pushed.errors.contains(kind == .ftp ? "> RETR" : " READ 0x"), "nothing is read back")

            let copy = site.workplace.path("copy")
            try copy.makeDirectory()
            let pulled = try await site.syncctl(["pull", url, "\(copy)", "-vvv"] + verify)
            #expect(pulled.status == .exited(0), "\(pulled.errors)")
            #expect(pulled.errors.contains(question))
            try expectEqual(local, copy)
        }

        private func site(_ answer: String) async throws -> RemoteSite {
            var options = PyFTPdOptions()
            options.features = ["XSHA256"]
            options.answers = ["XSHA256": answer]
            return try await RemoteSite(.ftp, server: try await .pyftpdlib(options))
        }

        private func oneFile(_ site: RemoteSite) throws -> DiskPath {
            let local = site.workplace.path("local")
            try local.makeDirectory()
            try (local / "report.txt").write(SampleTree.content(300_000, seed: 1))
            try (local / "report.txt").setModified(SampleTree.modified)
            return local
        }

        @Test func aWrongDigestIsAFailedUpload() async throws {
            let site = try await site("250 " + String(repeating: "ab", count: 32))
            let local = try oneFile(site)
            let result = try await site.syncctl(["push", "\(local)", try site.makeRoot("tree"), "--json"] + verify)
            #expect(result.status == .exited(1), "\(result.output) \(result.errors)")
            #expect(try RunSummary(result.output).statusCode == "UPLOAD_FAILED")
            #expect(result.output.contains("another checksum"), "\(result.output)")
            #expect(try (site.disk / "tree").names() == [], "neither the file nor a part of it")
        }

        @Test(arguments: ["502 not implemented", "504 no", "550 not that", "553 no", "250 done"])
        func aServerThatRefusesIsReadBack(_ answer: String) async throws {
            let site = try await site(answer)
            let local = try oneFile(site)
            let result = try await site.syncctl(["push", "\(local)", try site.makeRoot("tree"), "-vvv"] + verify)
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.errors.contains("> XSHA256 /tree/.report.txt."))
            #expect(result.errors.contains("> RETR /tree/.report.txt."))
            try expectEqual(local, site.disk / "tree")
        }
    }
}
