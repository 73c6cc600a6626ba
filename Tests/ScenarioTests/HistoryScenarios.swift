import Glibc
import TestServers
import Testing

extension Scenarios {
    /// What was transferred and tested can be looked up later, file by file, and holds no secret.
    @Suite(.timeLimit(.minutes(2)))
    struct HistoryScenarios {
        @Test(arguments: [SiteKind.ftp, .sftp])
        func runsAndTestsAreKept(_ kind: SiteKind) async throws {
            var site = try await RemoteSite(kind)
            let password = try #require(site.password)
            let local = site.workplace.path("local")
            try local.makeDirectory()
            for name in ["a.csv", "b.csv"] {
                try (local / name).write([1, 2, 3])
                try (local / name).setModified(SampleTree.modified)
            }
            let url = try site.makeRoot("in")
            #expect(try await site.syncctl(["push", "\(local)", url]).status == .exited(0))
            #expect(try await site.syncctl(["test", url]).status == .exited(0))
            site.password = "a wrong one"
            #expect(try await site.syncctl(["test", url]).status == .exited(3))
            let lines = try await site.workplace.syncctl(["history", "--json"]).output.split(separator: "\n")
            #expect(lines.count == 3, "\(lines)")
            let family = kind.isFTP ? "FTP" : "SFTP"
            #expect(
                lines[0].contains("\"direction\":\"test\"") && lines[0].contains("\(family)_LOGIN_FAILED"), "\(lines)")
            #expect(lines[1].contains("\"direction\":\"test\"") && lines[1].contains("\"status_code\":\"OK\""))
            for word in ["\"port\":\(site.server.port)", "\"user\":\"\(site.server.user)\"", "\"uploaded\":2", "/in"] {
                #expect(lines[2].contains(word), "\(word) in \(lines[2])")
            }
            let files = try await site.workplace.syncctl(["history", "--run", "1", "--json"]).output
            for name in ["a.csv", "b.csv"] {
                #expect(
                    files.contains("\"event\":\"file\",\"path\":\"\(name)\",\"action\":\"copy\",\"side\":\"remote\""),
                    "\(files)")
            }
            let unknown = try await site.workplace.syncctl(["history", "--run", "77"])
            #expect(unknown.status == .exited(2) && unknown.errors.contains("There is no run 77"))
            #expect(try SecretSearch.files(holding: password, below: site.workplace.path("")) == [])
            #expect(try SecretSearch.files(holding: "a wrong one", below: site.workplace.path("")) == [])
        }
    }
}
