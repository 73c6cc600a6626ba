import TestServers
import Testing

extension Scenarios {
    /// push, pull and sync against every kind of server.
    @Suite(.timeLimit(.minutes(10)))
    struct SyncScenarios {
        @Test(arguments: SiteKind.allCases)
        func aTreeIsPushedAndPulledOnce(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let original = site.workplace.path("original")
            try SampleTree().build(at: original)
            let url = try site.makeRoot("tree")

            let first = try await site.syncctl(["push", "\(original)", url, "--json"])
            #expect(first.status == .exited(0), "\(first.errors)")
            try expectEqual(original, site.disk / "tree", "on the server's disk")
            try await expectNothingToDo(site, ["push", "\(original)", url])

            let copy = site.workplace.path("copy")
            try copy.makeDirectory()
            let pulled = try await site.syncctl(["pull", url, "\(copy)", "--json"])
            #expect(pulled.status == .exited(0), "\(pulled.errors)")
            try expectEqual(original, copy, "pulled")
            try await expectNothingToDo(site, ["pull", url, "\(copy)"])
        }

        @Test(arguments: SiteKind.allCases)
        func editsOnBothSidesArrive(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let local = site.workplace.path("local")
            try SampleTree(files: 150, bigFile: 0).build(at: local)
            let sync = ["sync", "\(local)", try site.makeRoot("tree")]
            try await expectSuccess(site, sync)
            try expectEqual(local, site.disk / "tree")

            let remote = site.disk / "tree"
            try edit(local / "odd names" / "plain", "edited here")
            try edit(remote / "odd names" / "-rf", "edited there")
            try edit(local / "new here", "new")
            try edit(remote / "-empty" / "new there", "new")
            try (remote / "-empty" / "new there").give(to: site.server.ownerID)
            try (local / "odd names" / "*").removeFile()
            try (remote / "odd names" / "?").removeFile()
            try await expectSuccess(site, sync)

            let ignored = [".syncctl-trash"]
            try expectEqual(local, remote, ignoring: ignored)
            #expect(try (remote / "odd names" / "plain").read() == Array("edited here".utf8))
            #expect(try (local / "odd names" / "-rf").read() == Array("edited there".utf8))
            #expect(try (local / "-empty" / "new there").read() == Array("new".utf8))
            #expect(!(remote / "odd names" / "*").exists && !(local / "odd names" / "?").exists)
            #expect(try Trash.contents(of: remote).contains(Array("*".utf8)), "deleted here, in the trash there")
            #expect(try Trash.contents(of: local).contains(Array("?".utf8)), "deleted there, in the trash here")
            try await expectNothingToDo(site, sync)
        }

        @Test(arguments: [SiteKind.sftp, .ftpesProFTPD, .ftpesVSFTPD])
        func aConflictKeepsBothContents(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let (local, remote) = (site.workplace.path("local"), site.disk / "tree")
            try local.makeDirectory()
            try edit(local / "report.txt", "base")
            let sync = ["sync", "\(local)", try site.makeRoot("tree")]
            try await expectSuccess(site, sync)

            try edit(local / "report.txt", "mine, and older", hoursLater: 1)
            try edit(remote / "report.txt", "theirs, newer", hoursLater: 30)
            let result = try await site.syncctl(sync + ["--json"])
            #expect(result.status == .exited(6), "\(result.errors)")

            for side in [local, remote] {
                let names = try side.names().filter { $0.first != UInt8(ascii: ".") }
                #expect(names.count == 2, "\(names.map { String(decoding: $0, as: UTF8.self) })")
                let contents = try names.map { String(decoding: try (side / $0).read(), as: UTF8.self) }
                #expect(Set(contents) == ["mine, and older", "theirs, newer"])
                // LIST tells only the day of files as old as these, and so cannot tell which one is newer.
                if kind == .ftpesVSFTPD { continue }
                #expect(try (side / "report.txt").read() == Array("theirs, newer".utf8), "the newer one has the name")
            }
            try await expectNothingToDo(site, sync)
        }

        @Test(arguments: [SiteKind.sftp, .ftp])
        func aDryRunChangesNothing(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let local = site.workplace.path("local")
            try SampleTree(files: 60, bigFile: 0).build(at: local)
            let url = try site.makeRoot("tree")
            let result = try await site.syncctl(["push", "\(local)", url, "--dry-run"])
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.output.contains("plain"), "\(result.output)")
            #expect(try (site.disk / "tree").names() == [])
        }

        /// Writes a file that was modified long enough ago not to count as still being written.
        private func edit(_ path: DiskPath, _ text: String, hoursLater hours: Int = 1) throws {
            try path.write(Array(text.utf8))
            try path.setModified(SampleTree.modified + hours * 3_600)
        }

        private func expectSuccess(
            _ site: RemoteSite, _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let result = try await site.syncctl(arguments)
            #expect(result.status == .exited(0), "\(result.output) \(result.errors)", sourceLocation: sourceLocation)
        }

        /// A second run transfers and changes nothing.
        private func expectNothingToDo(
            _ site: RemoteSite, _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let result = try await site.syncctl(arguments + ["--json"])
            #expect(result.status == .exited(0), "\(result.errors)", sourceLocation: sourceLocation)
            let summary = try RunSummary(result.output)
            #expect(summary.changes == 0, "\(result.output)", sourceLocation: sourceLocation)
        }
    }
}
