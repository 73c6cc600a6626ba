import TestServers
import Testing

extension Scenarios {
    /// Groups of files that go one after another.
    @Suite(.timeLimit(.minutes(2)))
    struct SequentialScenarios {
        @Test func allFilesGoOverOneConnectionInTheOrderOfTheirPaths() async throws {
            let site = try await RemoteSite(.ftp)
            let local = site.workplace.path("local")
            try local.makeDirectory()
            let names = ["a.csv", "b.csv", "c.xml", "main.txt", "z.csv"]
            for name in names {
                try (local / name).write(Array(name.utf8))
                try (local / name).setModified(SampleTree.modified)
            }
            try site.workplace.define(
                "sync.d/group.toml",
                """
                direction = "push"
                sequential = true
                main_file = "main.txt"
                local = "\(local)"
                [remote]
                url = "\(try site.makeRoot("tree"))"
                """)
            let definitions = "\(site.workplace.path("definitions"))"
            let result = try await site.syncctl(["push", "group", "--config", definitions, "--json"])
            #expect(result.status == .exited(0), "\(result.errors)")
            let order = result.output.split(separator: "\n").filter { $0.contains("\"action\":\"copy\"") }
            #expect(order.count == names.count)
            for (line, name) in zip(order, names) { #expect(line.contains("\"path\":\"\(name)\""), "\(line)") }
            let logins = site.server.log().split(separator: "\n").count { $0.contains("\"PASS (hidden)\" 230") }
            #expect(logins == 1, "\(site.server.log())")
        }
    }
}
