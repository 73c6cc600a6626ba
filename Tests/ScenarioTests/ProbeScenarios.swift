import FaultInjection
import Foundation
import TestServers
import Testing

extension Scenarios {
    /// `syncctl probe`: finds the way in, measures, and writes a definition that works.
    @Suite(.timeLimit(.minutes(5)))
    struct ProbeScenarios {
        /// The tables of docs/servers.md are what the probe measures of the servers that it names, and what is read of the
        /// listings that it names, run by run; with REMORA_WRITE_DOCS=1 they are written anew.
        @Test func theTableOfServersIsTrue() async throws {
            var columns: [(name: String, rows: [(String, String)])] = []
            for probed in ProbedServer.all {
                columns.append((probed.name, try await rows(probed)))
            }
            try expectWritten("table", ServerTable(columns).text)
            try expectWritten("dialects", try await DialectTable.text())
        }

        private func expectWritten(_ name: String, _ table: String) throws {
            let page = GeneratedTable(name: name)
            if ProcessInfo.processInfo.environment["REMORA_WRITE_DOCS"] != nil { try page.write(table) }
            #expect(try page.committed() == table, "docs/servers.md is not true; REMORA_WRITE_DOCS=1 writes it anew")
        }

        /// Probes, checks and tests the definition, and looks at what is left.
        private func rows(_ probed: ProbedServer) async throws -> [(String, String)] {
            let server = try await probed.start()
            let site = try await RemoteSite(server.kind.isFTP ? .ftpesProFTPD : .sftp, server: server)
            let before = try site.disk.names()
            let config = site.workplace.folder("config")
            let found = try await probe(site, ["--sessions", "2", "--write", "found"])
            let all = Comment(rawValue: "\(probed.name): \(found.output)\(found.errors)")
            #expect(found.status == .exited(0), all)
            let check = try await site.workplace.syncctl(["check", "--config", config])
            #expect(check.status == .exited(0), "\(probed.name): \(check.output)\(check.errors)")
            let test = try await site.workplace.syncctl(
                ["test", "found", "--config", config], password: server.password)
            #expect(test.status == .exited(0), "\(probed.name): \(test.output)\(test.errors)")
            #expect(try site.disk.names() == before, all)
            let lines = found.errors.split(separator: "\n").map(String.init)
            return ServerTable.features.map { feature in
                let line = lines.first { $0.hasPrefix(feature + ": ") }
                return (feature, line.map { String($0.dropFirst(feature.count + 2)) } ?? "–")
            }
        }

        func probe(_ site: RemoteSite, _ arguments: [String]) async throws -> CommandResult {
            try await site.workplace.syncctl(
                ["probe", site.host, "--port", "\(site.server.port)", "--user", site.server.user, "--config"]
                    + [site.workplace.folder("config")] + arguments + site.options
                    // A server that waits for a command when we wait for TLS, or for SSH.
                    + ["-o", "connect_timeout=1s", "-o", "timeout=3s"], password: site.password)
        }

        @Test func aWrongPasswordIsTriedOnce() async throws {
            let server = try await TestServer.proFTPD(tls: .explicit)
            var site = try await RemoteSite(.ftpesProFTPD, server: server)
            site.password = "not the password"
            let result = try await probe(site, [])
            #expect(result.status == .exited(3) && result.output.isEmpty, "\(result.output)\(result.errors)")
            #expect(server.log().split(separator: "\n").count { $0.contains("PASS (hidden)") } == 1, "\(server.log())")
            #expect(result.errors.contains("could lock the account"))
        }

        @Test func nothingWorksAtAClosedPort() async throws {
            let site = try await RemoteSite(.ftp)
            site.server.stop()
            let result = try await probe(site, [])
            #expect(result.status == .exited(3) && result.errors.contains("refused"), "\(result.errors)")
        }

        @Test func theServersLimitIsFoundAndKept() async throws {
            let server = try await TestServer.vsftpd(maxPerAddress: 3)
            let site = try await RemoteSite(.ftp, server: server)
            let result = try await probe(site, ["--sessions", "6"])
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.errors.contains("sessions: 3, and no more"), "\(result.errors)")
            #expect(result.output.contains("max_connections = 3\n"), "\(result.output)")
            #expect(await eventually { server.sessions() == 0 })
        }

        @Test func aDefinitionIsNotOverwritten() async throws {
            let site = try await RemoteSite(.ftp)
            let folder = site.workplace.path("config")
            try folder.makeDirectory()
            try (folder / "mounts.d").makeDirectory()
            try (folder / "mounts.d" / "found.toml").write(Array("mine".utf8))
            let result = try await probe(site, ["--write", "found"])
            #expect(result.status == .exited(2) && result.errors.contains("exists already"), "\(result.errors)")
        }
    }
}
