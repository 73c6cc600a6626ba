import ArgumentParser
import Definitions
import FileModel
import Testing

@testable import syncctl

@Suite struct ArgumentTests {
    private func parse<Command>(_ words: String..., as type: Command.Type = Command.self) throws -> Command {
        try #require(try Syncctl.parseAsRoot(words) as? Command)
    }

    @Test func pushWithEverything() throws {
        let command: PushCommand = try parse(
            "push", "-n", "--json", "--no-progress", "-v", "--delete", "--conflict", "keep-both", "--max-delete", "50%",
            "--allow-empty", "--force", "--include", "*.csv", "--exclude", "*", "--filter-from", "rules", "--bwlimit",
            "2MiB", "--connections", "3", "--parallel", "4", "--config", "c", "--state", "s", "-o", "port=1,ro", "-o",
            "tls.mode=never", "--password-stdin", "/srv", "sftp://h/x")
        let flags = command.flags
        #expect(
            flags.dryRun && flags.json && flags.remote.verbose == 1 && flags.delete && flags.allowEmpty && flags.force)
        #expect(flags.progress == false)
        #expect(flags.conflict == .keepBoth)
        #expect(flags.maxDelete == .percent(50))
        #expect(flags.bwlimit?.bytes == 2 << 20)
        #expect(flags.connections == 3 && flags.parallel == 4)
        #expect(flags.directories.config == "c" && flags.directories.state == "s")
        #expect(flags.remote.options == ["port=1,ro", "tls.mode=never"])
        #expect(flags.remote.passwordFromInput)
        #expect(command.targets == ["/srv", "sftp://h/x"])
    }

    @Test func longNames() throws {
        let command: SyncCommand = try parse("sync", "--dry-run", "--verbose", "--progress", "nightly")
        #expect(command.flags.dryRun && command.flags.remote.verbose == 1 && command.flags.progress == true)
    }

    @Test func optionsMayFollowTheTarget() throws {
        let command: MountCommand = try parse(
            "mount", "prod", "/mnt/x", "-o", "ro", "--foreground", "--config", ".", "--state", "s")
        #expect(command.target == "prod" && command.folder == "/mnt/x" && command.foreground)
        #expect(command.remote.options == ["ro"])
        #expect((try parse("mount", "sftp://h", "-f") as MountCommand).folder == nil)
    }

    @Test func theOtherCommands() throws {
        #expect((try parse("unmount", "prod") as UnmountCommand).target == "prod")
        #expect((try parse("check", "a", "b", "--json") as CheckCommand).names == ["a", "b"])
        #expect((try parse("ls", "-l", "prod/in", "-o", "port=2") as ListCommand).long)
        #expect((try parse("test", "--json", "sftp://h") as TestCommand).json)
        #expect((try parse("history", "-n", "5", "nightly") as HistoryCommand).number == 5)
        _ = try parse("daemon", "--config", ".") as DaemonCommand
        _ = try parse("config", "reference") as ReferenceCommand
    }

    @Test(arguments: [
        ["push", "a", "--conflict", "nobody"], ["push", "a", "--max-delete", "-1"], ["push", "a", "--bwlimit", "fast"],
        ["push", "a", "--connections", "26"], ["push", "a", "--parallel", "0"], ["push"], ["frobnicate"], ["mount"],
        ["push", "a", "--password", "secret"],
    ])
    func usageErrorsEndWithTwo(words: [String]) {
        #expect { try Syncctl.parseAsRoot(words) } throws: { ProgramExit.code(of: $0) == 2 }
    }

    @Test func helpIsNoError() {
        #expect {
            var command = try Syncctl.parseAsRoot(["--help"])
            try command.run()
        } throws: { ProgramExit.code(of: $0) == 0 }
    }

    @Test(
        arguments: [
            (StorageError.Code.loginFailed, 3), (.unreachable, 3), (.rootMissing, 3), (.tlsFailed, 3),
            (.hostKeyRejected, 3),
            (.timedOut, 3), (.configuration, 2), (.cancelled, 130), (.notFound, 1), (.permissionDenied, 1),
        ] as [(StorageError.Code, Int32)])
    func exitCodes(code: StorageError.Code, exit: Int32) {
        #expect(ProgramExit.code(of: StorageError(code, "x")) == exit)
        #expect(ProgramExit.code(of: DefinitionFailure("x")) == 2)
        #expect(ProgramExit.code(of: ExitCode(6)) == 6)
    }

    // MARK: - Filters

    @Test func rulesKeepTheOrderOfTheCommandLine() throws {
        let words = ["syncctl", "push", "a", "--exclude", "x", "--include=y", "--exclude=z", "--", "--include", "no"]
        #expect(try FilterArguments.rules(in: words) == ["- x", "+ y", "- z"])
    }

    @Test func includesAloneLeaveTheRestOut() throws {
        #expect(try FilterArguments.rules(in: ["syncctl", "--include", "*.csv"]) == ["+ *.csv", "- *"])
        #expect(try FilterArguments.rules(in: ["syncctl"]).isEmpty)
    }

    @Test func aRuleFileThatIsMissing() {
        #expect(throws: ValidationError.self) {
            try FilterArguments.rules(in: ["syncctl", "--filter-from", "/no/file"])
        }
    }
}
