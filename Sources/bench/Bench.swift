import ArgumentParser

/// Measures syncctl against its peers.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures syncctl against other mount and synchronisation programs.",
        subcommands: [Compare.self, Work.self], defaultSubcommand: Compare.self)
}
