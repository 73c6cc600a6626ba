import ArgumentParser
import Definitions
import FileModel
import Service
import SyncEngine

struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Make a folder on a server like a local one.")

    @OptionGroup var flags: SyncFlags

    @Argument(
        help: ArgumentHelp("A definition; or a local folder and the URL of its copy.", valueName: "name | local url"))
    var targets: [String]

    func run() async throws {
        try await SyncInvocation(.push, targets, flags).run()
    }
}

struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Make a local folder like one on a server.")

    @OptionGroup var flags: SyncFlags

    @Argument(
        help: ArgumentHelp("A definition; or a URL and the local folder for its copy.", valueName: "name | url local"))
    var targets: [String]

    func run() async throws {
        try await SyncInvocation(.pull, targets, flags).run()
    }
}

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Bring the changes of both sides to the other one.")

    @OptionGroup var flags: SyncFlags

    @Argument(help: ArgumentHelp("A definition; or a local folder and a URL.", valueName: "name | local url"))
    var targets: [String]

    func run() async throws {
        try await SyncInvocation(.sync, targets, flags).run()
    }
}
