import ArgumentParser
import Definitions
import FileModel
import Foundation
import Glibc

/// Where definitions and state are, for every command.
struct DirectoryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder that holds mounts.d and sync.d, looked at first.", valueName: "dir"))
    var config: String?

    @Option(help: ArgumentHelp("Folder for archives, history, sockets and caches.", valueName: "dir"))
    var state: String?

    /// The folders, with those of the state made.
    func directories() -> ProgramDirectories {
        ProgramDirectories(
            environment: ProcessInfo.processInfo.environment, userID: geteuid(), config: config,
            state: state.map(Self.absolute))
    }

    func catalog() -> DefinitionCatalog { DefinitionCatalog(directories()) }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}

/// Which remote, and how it differs from its definition.
struct RemoteOptions: ParsableArguments {
    @Option(
        name: .customShort("o"),
        help: ArgumentHelp(
            "Set a key of the definition: port=2222, tls.mode=explicit, ro. Commas separate, '\\,' is a comma; repeat a "
                + "key of a list for each value.", valueName: "key=value,…"))
    var options: [String] = []

    @Flag(name: .customLong("password-stdin"), help: "Read the password from the first line of standard input.")
    var passwordFromInput = false

    @Flag(
        name: .shortAndLong,
        help: "Tell more: -v what is done, -vv why, -vvv also what is sent to the server and what it answers.")
    var verbose: Int

    /// What the command line says on top of a definition.
    func apply(to remote: inout RemoteDefinition) throws(StorageError) {
        try PasswordInput.apply(to: &remote, self)
        Verbosity(verbose).apply(to: &remote.log)
    }
}

/// How often `-v` was given.
struct Verbosity: Hashable, Sendable {
    private let count: Int

    init(_ count: Int) { self.count = count }

    var showsChanges: Bool { count >= 1 }
    /// Lines that would tear a line of progress apart.
    var isTalkative: Bool { count >= 2 }
    var showsWire: Bool { count >= 3 }

    func apply(to log: inout LogDefinition) {
        if isTalkative { log.level = .debug } else if showsChanges, log.level > .info { log.level = .info }
        if showsWire { (log.sent, log.received) = (true, true) }
    }
}
