import Glibc
import TestServers
import Testing

extension Scenarios {
    /// Programs that a definition runs after a run.
    @Suite(.timeLimit(.minutes(2)))
    struct HookScenarios {
        /// A site with the definition `nightly`; both hooks write their variables to files.
        private struct Nightly {
            let site: RemoteSite
            var local: DiskPath { site.workplace.path("local") }
            var told: DiskPath { site.workplace.path("told") }

            init(_ after: String? = nil) async throws {
                site = try await RemoteSite(.ftp)
                try local.makeDirectory()
                let program = site.workplace.path("tell")
                try program.write(
                    Array("#!/bin/sh\necho printed by the hook\nenv | grep SYNCCTL | sort > \"\(told).$1\"\n".utf8))
                #expect(try program.call { chmod($0, 0o755) } == 0)
                let hooks =
                    after ?? "on_success = [\"\(program)\", \"good\"]\non_failure = [\"\(program)\", \"bad\"]"
                try site.workplace.define(
                    "sync.d/nightly.toml",
                    """
                    direction = "push"
                    local = "\(local)"
                    [remote]
                    url = "\(try site.makeRoot("tree"))"
                    [after]
                    \(hooks)
                    """)
            }

            func run(_ more: String...) async throws -> CommandResult {
                let definitions = "\(site.workplace.path("definitions"))"
                return try await site.syncctl(["push", "nightly", "--config", definitions] + more)
            }

            func variables(_ name: String) throws -> String {
                String(decoding: try DiskPath("\(told).\(name)").read(), as: UTF8.self)
            }

            func exists(_ name: String) -> Bool { DiskPath("\(told).\(name)").exists }
        }

        @Test func theHookLearnsHowTheRunEndedAndNoSecret() async throws {
            let nightly = try await Nightly()
            for name in ["a", "b"] {
                try (nightly.local / name).write([1, 2, 3])
                try (nightly.local / name).setModified(SampleTree.modified)
            }
            let dry = try await nightly.run("-n")
            #expect(dry.status == .exited(0) && !nightly.exists("good"), "a dry run tells nobody")
            let result = try await nightly.run("--json")
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(!result.output.contains("printed by the hook") && result.errors.contains("printed by the hook"))
            let variables = try nightly.variables("good")
            for line in [
                "SYNCCTL_NAME=nightly", "SYNCCTL_STATUS=success", "SYNCCTL_STATUS_CODE=OK", "SYNCCTL_EXIT_CODE=0",
                "SYNCCTL_UPLOADED=2", "SYNCCTL_BYTES=6", "SYNCCTL_DIRECTION=push",
            ] { #expect(variables.contains(line + "\n"), "\(line) in \(variables)") }
            #expect(!variables.contains(try #require(nightly.site.password)))
            #expect(!nightly.exists("bad"))
        }

        @Test func aFailureIsToldToTheOther() async throws {
            let nightly = try await Nightly()
            try (nightly.local / "a").write([1])
            nightly.site.server.stop()
            let result = try await nightly.run("-o", "timeout=2s")
            #expect(result.status == .exited(3), "\(result.errors)")
            let variables = try nightly.variables("bad")
            #expect(
                variables.contains("SYNCCTL_STATUS=failure") && variables.contains("SYNCCTL_EXIT_CODE=3"),
                "\(variables)")
            #expect(variables.contains("SYNCCTL_STATUS_CODE=FTP_CONNECTION_TIMEOUT"), "\(variables)")
            #expect(!nightly.exists("good"))
        }

        @Test(arguments: [
            ("[\"/no/such/program\"]", "on_success '/no/such/program' failed with status 127"),
            ("[\"/bin/false\"]", "on_success '/bin/false' failed with status 1"),
        ])
        func aHookThatFailsIsAWarningAndNothingElse(words: String, warning: String) async throws {
            let nightly = try await Nightly("on_success = \(words)")
            try (nightly.local / "a").write([1])
            try (nightly.local / "a").setModified(SampleTree.modified)
            let result = try await nightly.run()
            #expect(result.status == .exited(0) && result.errors.contains(warning), "\(result.errors)")
            #expect((nightly.site.disk / "tree" / "a").exists)
        }
    }
}
