import ArgumentParser
import Definitions

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check definitions and show every error with its line.")

    @OptionGroup var directories: DirectoryOptions

    @Flag(help: "One JSON object per finding.")
    var json = false

    @Argument(help: ArgumentHelp("Definitions to check; all without a name.", valueName: "name"))
    var names: [String] = []

    func run() throws {
        let catalog = directories.catalog()
        let findings = catalog.check(only: names)
        if json {
            for finding in findings { Terminal.output.writeLine(Self.line(finding).text) }
        } else if !findings.isEmpty {
            Terminal.errors.writeLine(Terminal.errors.colored(findings))
        }
        if findings.hasErrors { throw ExitCode(2) }
        guard !json else { return }
        let count = catalog.count(only: names)
        Terminal.output.writeLine("\(count) definition\(count == 1 ? "" : "s") checked, no errors")
    }

    private static func line(_ finding: Diagnostic) -> JSONLine {
        JSONLine("finding").adding("severity", .string(finding.severity.rawValue))
            .adding("location", .init(finding.span?.location)).adding("message", .string(finding.message))
            .adding("hint", .init(finding.label))
    }
}
