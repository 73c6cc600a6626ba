import ArgumentParser
import Definitions
import FileModel
import Service

struct TrustCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Look at a server's certificate or host key, and accept it.",
        discussion: """
            Connects without a login, shows what the server proves itself with and why it is not trusted, and asks. What \
            is accepted holds for remotes with trust = "tofu" (certificates), and for every remote that asks known_hosts \
            (host keys). A server whose certificate or key changes is refused until this command accepts the new one.
            """)

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions
    @OptionGroup var decision: TrustDecisionOptions

    @Flag(help: "Show what is remembered of servers.")
    var list = false

    @Flag(help: "Forget a server's certificate, and that it offered TLS.")
    var forget = false

    @Flag(help: "One JSON object per server.")
    var json = false

    @Argument(help: ArgumentHelp("A definition or a URL.", valueName: "name|url"))
    var target: String?

    func validate() throws {
        if list == (target != nil) { throw ValidationError("Name a server, or take --list.") }
        if list && forget { throw ValidationError("--list and --forget exclude each other.") }
        if (list || forget) && decision.isGiven {
            throw ValidationError("--yes and --fingerprint are for accepting something.")
        }
    }

    func run() async throws {
        let folders = directories.directories()
        try folders.prepare()
        guard let target else { return TrustList(json: json).show(TrustRecords(folders).all) }
        let found = try RemoteTarget.find(target, directories, remote).remote
        if forget { return try TrustForgetting(json: json).forget(found, TrustRecords(folders)) }
        // A signal may end this at any time: nothing is left behind.
        try await TrustDialogue(try await ServerProofs.of(found, folders), json: json).run(decision)
    }
}

/// How the user's word is given where nobody can be asked.
struct TrustDecisionOptions: ParsableArguments {
    @Flag(help: "Accept whatever the server shows.")
    var yes = false

    @Option(help: ArgumentHelp("Accept only what has this SHA-256 fingerprint.", valueName: "sha256"))
    var fingerprint: String?

    var isGiven: Bool { yes || fingerprint != nil }
}
