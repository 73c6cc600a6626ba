import ArgumentParser
import Definitions
import FileModel
import Service
import SyncEngine

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "What a run would do about one path, and why.",
        discussion: """
            Compares both sides as a run does and changes nothing. PATH is below the two folders; a local path inside \
            the local folder is understood too.
            """)

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions

    @Flag(help: "One JSON object.")
    var json = false

    @Argument(help: ArgumentHelp("A definition.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("A file or folder of it.", valueName: "path"))
    var path: String

    func run() async throws {
        let catalog = directories.catalog()
        let decoded = try catalog.sync(named: name, overrides: try DefinitionOverrides(remote.options, scope: .sync))
        if !decoded.warnings.isEmpty { Terminal.errors.writeLine(Terminal.errors.colored(decoded.warnings)) }
        var definition = decoded.value
        try remote.apply(to: &definition.remote)
        let report = try await report(definition, try asked(definition))
        guard let explanation = report.explanation else {
            throw report.error ?? StorageError(.failed, "the two sides could not be compared")
        }
        let style = ExplanationStyle(explanation)
        if json { Terminal.output.writeLine(style.json.text) } else { style.lines.forEach(Terminal.output.writeLine) }
    }

    private func report(_ definition: SyncDefinition, _ path: RemotePath) async throws -> SyncReport {
        let places = directories.directories()
        try places.prepare()
        let runner = SyncRunner(places, remotes: RemoteAssembly(places), history: nil)
        let report = try await runner.run(definition) { options in
            options.isDryRun = true
            options.explainedPath = path
        }
        if report.outcome == .skipped || report.outcome == .failure, let error = report.error { throw error }
        return report
    }

    /// The path below the two roots.
    private func asked(_ definition: SyncDefinition) throws -> RemotePath {
        let root = definition.local.hasSuffix("/") ? definition.local : definition.local + "/"
        let below = path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
        let asked = try RemotePath(below)
        guard !asked.isRoot else { throw ValidationError("Name a file or folder below the two folders of '\(name)'.") }
        return asked
    }
}
