import Glibc
import TestServers
import Testing

extension Scenarios {
    /// A server whose clock is twenty minutes ahead.
    @Suite(.timeLimit(.minutes(2)))
    struct ClockScenarios {
        private static let ahead = 1200

        private func server(_ without: Set<String>) async throws -> TestServer {
            var options = PyFTPdOptions()
            options.clockAhead = Self.ahead
            options.without = without
            return try await .pyftpdlib(options)
        }

        /// Edited there a quarter of an hour ago and here five minutes later; there, the clock said a time to come.
        private func edit(_ local: DiskPath, _ remote: DiskPath) throws {
            let now = Int(Glibc.time(nil))
            try local.write(Array("mine, later".utf8))
            try local.setModified(now - 600)
            try remote.write(Array("theirs, earlier".utf8))
            try remote.setModified(now - 900 + Self.ahead)
        }

        @Test(arguments: [[], ["MLSD", "MLST"]] as [Set<String>])
        func theLaterChangeWinsAndTheUserIsTold(_ without: Set<String>) async throws {
            let site = try await RemoteSite(.ftp, server: try await server(without))
            let (local, remote) = (site.workplace.path("local"), site.disk / "tree")
            try local.makeDirectory()
            try (local / "report.txt").write(Array("base".utf8))
            try (local / "report.txt").setModified(SampleTree.modified)
            let sync = ["sync", "\(local)", try site.makeRoot("tree")]
            let first = try await site.syncctl(sync)
            #expect(first.status == .exited(0), "\(first.errors)")
            // Without MLSD, MDTM is all that tells times, and whole quarters of an hour count as the server's zone.
            if without.isEmpty {
                #expect(first.errors.contains("warning: the server's clock is 20 minutes ahead"), "\(first.errors)")
            }

            try edit(local / "report.txt", remote / "report.txt")
            let second = try await site.syncctl(sync + ["--json"])
            #expect(second.status == .exited(6), "\(second.output) \(second.errors)")
            if without.isEmpty {
                #expect(second.output.contains("{\"event\":\"warning\",\"message\":\"the server's clock is 20"))
            }
            for side in [local, remote] {
                #expect(try (side / "report.txt").read() == Array("mine, later".utf8))
                let names = try side.names().filter { $0.first != UInt8(ascii: ".") }
                #expect(names.count == 2, "and the other content is kept")
            }
            let third = try await site.syncctl(sync + ["--json"])
            #expect(try RunSummary(third.output).changes == 0, "\(third.output)")
        }
    }
}
