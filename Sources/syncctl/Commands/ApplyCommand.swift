import ArgumentParser
import Definitions
import FileModel
import SyncEngine

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Do what a plan says, and nothing else.",
        discussion: """
            FILE is from 'syncctl plan'. A plan is refused (exit code 4) when another run, or a change of the \
            definition, has overtaken it. Steps whose files have changed since are left alone, and the exit code is 1.
            """)

    @OptionGroup var directories: DirectoryOptions

    @Flag(help: "One JSON object per event, the summary last.")
    var json = false

    @Flag(inversion: .prefixedNo, help: "A line of progress on the terminal.")
    var progress: Bool?

    @Flag(name: .customLong("password-stdin"), help: "Read the password from the first line of standard input.")
    var passwordFromInput = false

    @Flag(name: .shortAndLong, help: "Tell more; as with push, pull and sync.")
    var verbose: Int

    @Option(help: ArgumentHelp("Bytes per second in each direction, such as 500k or 2MiB.", valueName: "rate"))
    var bwlimit: String?

    @Argument(help: ArgumentHelp("The plan.", valueName: "file"))
    var file: String

    func run() async throws {
        let about = try PlanFile.about(file)
        let planned = try PlannedArguments(planned: about["arguments"] ?? "", file: file)
        let command = try PlanCommand.parse(planned.words + ownArguments)
        try await command.invocation(.carryOut(file)).run()
    }

    /// What this call says on top of what was planned.
    private var ownArguments: [String] {
        var words: [String] = []
        if let config = directories.config { words += ["--config", config] }
        if let state = directories.state { words += ["--state", state] }
        if json { words.append("--json") }
        if let progress { words.append(progress ? "--progress" : "--no-progress") }
        if passwordFromInput { words.append("--password-stdin") }
        if let bwlimit { words += ["--bwlimit", bwlimit] }
        return words + Array(repeating: "-v", count: verbose)
    }
}
