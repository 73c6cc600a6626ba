import Glibc
import TestServers
import Testing

extension Scenarios {
    /// A folder on the server whose files may be read and not be moved or deleted.
    @Suite(.timeLimit(.minutes(2)))
    struct PendingDeletionScenarios {
        @Test(arguments: [SiteKind.sftp, .ftp])
        func whatAServerRefusesToDeleteIsInTheStatus(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let (local, remote) = (site.workplace.path("local"), site.disk / "tree")
            let url = try site.makeRoot("tree")
            try local.makeDirectory()
            for number in 0..<15 {
                try (local / "f\(number)").write(Array("content \(number)".utf8))
                try (local / "f\(number)").setModified(SampleTree.modified)
            }
            let sync = ["sync", "\(local)", url, "--json"]
            #expect(try await site.syncctl(sync).status == .exited(0))
            #expect(try await site.workplace.syncctl(["status", "--json"]).output.isEmpty, "nothing to tell")

            try remote.call { chmod($0, 0o555) }
            try (local / "f3").removeFile()
            let refused = try await site.syncctl(sync)
            #expect(refused.status == .exited(1), "\(refused.output) \(refused.errors)")
            #expect(try RunSummary(refused.output).statusCode == "UPLOAD_FAILED")
            let text = try await site.workplace.syncctl(["status"])
            #expect(text.output.contains("1 deletion was refused"), "\(text.output)")
            #expect(text.output.contains("f3  (on the remote side, refused once, again not before"), "\(text.output)")
            let json = try await site.workplace.syncctl(["status", "--json"])
            for part in [
                "\"event\":\"sync\"", "\"deletions_pending\":1", "\"path\":\"f3\"", "\"attempts\":1",
                "\"local\":\"\(local)\"", "\"next_attempt\":\"20",
            ] {
                #expect(json.output.contains(part), "\(part) in \(json.output)")
            }

            let waiting = try await site.syncctl(sync)
            #expect(waiting.status == .exited(0), "not tried again at once: \(waiting.output)")
            #expect(try RunSummary(waiting.output).changes == 0 && !(local / "f3").exists, "and not downloaded again")
            try remote.call { chmod($0, 0o755) }
        }
    }
}
