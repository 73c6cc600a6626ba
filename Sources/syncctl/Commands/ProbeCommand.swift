import ArgumentParser
import Definitions
import FileModel
import Foundation
import Glibc
import Remotes
import Service

struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Find out how a server can be reached and what it can do, and write a definition that works.",
        discussion: """
            Tries SFTP, FTP with explicit TLS, with implicit TLS and in clear, with each kind of data connection, one login \
            at a time; a refused login ends it. Measures the server in a folder that is gone afterwards. Progress goes to \
            standard error, the definition to standard output. Exit code 3: no way works.
            """)

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions

    @Option(help: ArgumentHelp("Try this port only; else 22, 21 and 990.", valueName: "n"))
    var port: Int?

    @Option(help: "The login name; none is anonymous FTP.")
    var user: String?

    @Option(help: ArgumentHelp("The folder on the server; none is the login folder.", valueName: "path"))
    var folder: String?

    @Option(help: ArgumentHelp("Open at most so many sessions to find the server's limit.", valueName: "n"))
    var sessions = 25

    @Option(help: ArgumentHelp("Wait up to so many seconds for the server to end a silent session.", valueName: "s"))
    var idle: Int?

    @Flag(help: "Try a login in clear even where the server offers TLS.")
    var clear = false

    @Option(help: ArgumentHelp("Write the definition to mounts.d/NAME.toml.", valueName: "name"))
    var write: String?

    @Argument(help: "A host name or address.")
    var host: String

    func validate() throws {
        if let port, !(1...65_535).contains(port) { throw ValidationError("--port must be from 1 to 65535.") }
        guard (1...25).contains(sessions) else { throw ValidationError("--sessions must be a number from 1 to 25.") }
        if let idle, !(1...3600).contains(idle) { throw ValidationError("--idle must be from 1 to 3600 seconds.") }
        if host.contains("/") {
            throw ValidationError("probe takes a host; use --port, --user and --folder for the rest.")
        }
        if let write, write.isEmpty || write.contains("/") || write.hasPrefix(".") {
            throw ValidationError("--write takes a name such as prod.")
        }
    }

    func run() async throws {
        let folders = directories.directories()
        try folders.prepare()
        let target = try write.map { try DefinitionTarget(name: $0, folders) }
        let probe = ServerProbe(folders, sessions: sessions, idle: idle.map { .seconds($0) }) { way, port in
            try definition(way, port)
        }
        let plan = ProbePlan(port: port, allowsClear: clear)
        let task = Task { try await probe.run(plan, report: Self.tell) }
        let signals = SignalWatch.stop { task.cancel() }
        let result = try await task.result.get()
        withExtendedLifetime(signals) {}
        for (attempt, outcome) in result.attempts {
            if case .skipped = outcome { Self.tell(attempt, outcome) }
        }
        guard let remote = result.remote else {
            Terminal.errors.writeLine("\(host): no way to connect was found")
            throw ExitCode(3)
        }
        if let measured = result.measured { for line in measured.sentences { Terminal.errors.writeLine(line) } }
        if let problem = result.problem {
            Terminal.errors.writeLine("\(host): not everything was measured: \(problem)")
        }
        try emit(remote, target)
    }

    private func emit(_ remote: RemoteDefinition, _ target: DefinitionTarget?) throws {
        let text = remote.fileText(comments: [
            "Found by `syncctl probe \(host)`.",
            "The password: SYNCCTL_PASSWORD_FILE, or password_file = \"…\" in [remote.auth].",
        ])
        guard let target else { return Terminal.output.write(text) }
        try target.write(text)
        Terminal.errors.writeLine("\(target.path) was written")
    }

    private func definition(_ way: ProbeAttempt.Way, _ port: Int) throws -> RemoteDefinition {
        let name = user.map { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? $0 }
        let address = host.contains(":") ? "[\(host)]" : host
        let path = folder.map { $0.hasPrefix("/") ? $0 : "/~/" + $0 } ?? ""
        let url = "\(way.rawValue)://\(name.map { $0 + "@" } ?? "")\(address):\(port)\(path)"
        let words = ProbeOptions.words(remote.options, for: way)
        let decoded = try directories.catalog().mount(
            url: url, overrides: try DefinitionOverrides(words, scope: .mount))
        var result = decoded.value.remote
        result.folder = decoded.value.folder
        try PasswordInput.apply(to: &result, remote)
        return result
    }

    private static func tell(_ attempt: ProbeAttempt, _ outcome: ProbeOutcome) {
        let output = Terminal.errors
        let mark =
            switch outcome {
            case .works: output.styled("works", .green)
            case .skipped: output.styled("not tried", .dim)
            default: output.styled("fails", .red)
            }
        let title = Terminal.padded(attempt.title, to: 30)
        output.writeLine("\(title) \(mark)\(outcome.reason.map { ": " + $0 } ?? "")")
    }
}

/// `-o` words that mean something for one protocol only are for the attempts that speak it.
enum ProbeOptions {
    private static let ssh = [
        "ssh.", "auth.identity_files", "auth.methods", "auth.passphrase", "IdentityFile", "UserKnownHostsFile",
        "StrictHostKeyChecking",
    ]
    private static let ftp = ["tls.", "ftp.", "auth.account", "auth.anonymous"]

    static func words(_ words: [String], for way: ProbeAttempt.Way) -> [String] {
        let foreign = way == .sftp ? ftp : ssh
        return words.filter { word in !foreign.contains { word.hasPrefix($0) } }
    }
}

/// A new file of mounts.d in the first folder of definitions.
struct DefinitionTarget {
    let path: String

    /// - Throws: when there is one of that name already: nobody's definition is overwritten.
    init(name: String, _ directories: ProgramDirectories) throws {
        guard let folder = directories.configuration.first?.path else {
            throw StorageError(.configuration, "there is no folder for definitions: name one with --config")
        }
        path = "\(folder)/mounts.d/\(name).toml"
        if access(path, F_OK) == 0 {
            throw StorageError(.configuration, "\(path) exists already: choose another name, or remove it")
        }
    }

    func write(_ text: String) throws {
        let url = URL(filePath: path)
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url, options: .withoutOverwriting)
        } catch {
            throw StorageError(.configuration, "\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
