import ArgumentParser
import Definitions

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "About definitions.", subcommands: [ReferenceCommand.self])
}

struct ReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Every key of mounts.d and sync.d with its values, default and meaning.")

    func run() {
        Terminal.output.write(ConfigurationReference.text)
    }
}
