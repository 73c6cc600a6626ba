import Foundation
import TestServers
import Testing

extension Scenarios {
    /// `syncctl plan` and `apply`, as a person types them.
    @Suite(.timeLimit(.minutes(2)))
    struct PlanScenarios {
        @Test(arguments: [SiteKind.sftp, .ftpesProFTPD])
        func aPlanIsShownKeptAndCarriedOut(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let local = site.workplace.path("local")
            try SampleTree(files: 20, bigFile: 0).build(at: local)
            let url = try site.makeRoot("tree")
            let file = "\(site.workplace.path("the.plan"))"
            let planned = try await site.syncctl(["plan", "push", "\(local)", url, "--output", file])
            #expect(planned.status == .exited(0), "\(planned.errors)")
            #expect(planned.output.contains("upload") && planned.output.contains("syncctl apply \(file)"))
            #expect(try (site.disk / "tree").names().isEmpty)
            if let password = site.server.password {
                #expect(!String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self).contains(password))
            }
            let applied = try await site.workplace.syncctl(["apply", file], password: site.server.password)
            #expect(applied.status == .exited(0), "\(applied.errors)")
            try expectEqual(local, site.disk / "tree")
            let again = try await site.workplace.syncctl(["apply", file], password: site.server.password)
            #expect(again.status == .exited(4) && again.errors.contains("plan again"), "\(again.errors)")
        }

        @Test func whatIsNoPlanIsSaid() async throws {
            let site = try await RemoteSite(.sftp)
            let file = site.workplace.path("letter")
            try file.write(Array("dear grandma".utf8))
            let result = try await site.workplace.syncctl(["apply", "\(file)"])
            #expect(result.status == .exited(2) && result.errors.contains("is not a plan"), "\(result.errors)")
            let missing = try await site.workplace.syncctl(["apply", "\(site.workplace.path("none"))"])
            #expect(missing.status != .exited(0) && missing.errors.contains("none"), "\(missing.errors)")
        }

        /// The header may be whole where the steps are not.
        @Test func aPlanWithADamagedBodyIsAUsageErrorAndDoesNothing() async throws {
            let site = try await RemoteSite(.sftp)
            let local = site.workplace.path("local")
            try local.makeDirectory()
            for index in 0..<500 { try (local / "file \(index)").write([1]) }
            let url = try site.makeRoot("tree")
            let file = site.workplace.path("the.plan")
            let planned = try await site.syncctl(["plan", "push", "\(local)", url, "--output", "\(file)"])
            #expect(planned.status == .exited(0), "\(planned.errors)")
            let bytes = try file.read()
            let half = bytes.count / 2
            try file.write(bytes[..<half] + Array(repeating: 0xAA, count: bytes.count - half))
            let result = try await site.workplace.syncctl(["apply", "\(file)"], password: site.server.password)
            #expect(result.status == .exited(2) && result.errors.contains("damaged"), "\(result.errors)")
            #expect(try (site.disk / "tree").names().isEmpty)
        }
    }
}

extension Scenarios.PlanScenarios {
    @Test func aPathIsExplained() async throws {
        let site = try await RemoteSite(.ftpesProFTPD)
        let local = site.workplace.path("local")
        try local.makeDirectory()
        let url = try site.makeRoot("tree")
        try site.workplace.define(
            "sync.d/nightly.toml", "direction = \"push\"\nlocal = \"\(local)\"\n[remote]\nurl = \"\(url)\"")
        let report = local / "report"
        try report.write(Array("1,204 bytes or so".utf8))
        try report.setModified(SampleTree.modified)
        func explain(_ path: String, _ more: String...) async throws -> CommandResult {
            let definitions = "\(site.workplace.path("definitions"))"
            return try await site.syncctl(["explain", "nightly", path, "--config", definitions] + more)
        }
        let fresh = try await explain("report")
        #expect(fresh.status == .exited(0), "\(fresh.errors)")
        for words in ["row 4", "a run would upload it", "remote      not there", "a file of 17 bytes"] {
            #expect(fresh.output.contains(words), "\(words) in \(fresh.output)")
        }
        let byPath = try await explain("\(report)", "--json")
        #expect(byPath.output.contains("\"row\":4"), "\(byPath.output)\(byPath.errors)")
        let none = try await explain("no such thing")
        #expect(none.status == .exited(0) && none.output.contains("nothing is remembered"), "\(none.output)")
        #expect(try (site.disk / "tree").names().isEmpty)
    }
}
