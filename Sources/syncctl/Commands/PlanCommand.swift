import ArgumentParser
import Definitions
import FileModel
import Foundation
import SyncEngine

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Write down what a run would do, for 'syncctl apply'.",
        discussion: """
            Compares both sides as a run does, shows what it would do, changes nothing, and writes the plan to a file. \
            'syncctl apply FILE' does that and nothing else: each step is checked again right before, and what has \
            changed meanwhile is left alone and told.
            """)

    @OptionGroup var flags: SyncFlags

    @Option(help: ArgumentHelp("Where to write the plan (default: NAME.plan here).", valueName: "file"))
    var output: String?

    @Argument(
        help: ArgumentHelp(
            "A definition; or push, pull or sync with the two folders that it takes.",
            valueName: "name | push|pull|sync from to"))
    var targets: [String]

    func run() async throws {
        let file = URL(filePath: try output ?? "\(defaultName()).plan").path
        let about = ["arguments": try PlannedArguments(self).text]
        try await invocation(.write(file, about: about)).run()
        Terminal.output.writeLine(
            flags.json
                ? JSONLine("plan").adding("file", .string(file)).text
                : "the plan is in \(file): carry it out with syncctl apply \(file)")
    }

    func invocation(_ use: PlanFileUse) throws -> SyncInvocation {
        let direction = targets.count > 2 ? SyncDirection(rawValue: targets[0]) : nil
        if targets.count > 1, direction == nil {
            throw ValidationError("Expected a definition, or push, pull or sync with two folders.")
        }
        return SyncInvocation(direction, direction == nil ? targets : Array(targets.dropFirst()), flags, planFile: use)
    }

    private func defaultName() throws -> String {
        let name = targets.first ?? ""
        guard !name.contains("/") else { throw ValidationError("Say where to write the plan: --output FILE.") }
        return name
    }
}

/// The command line of a plan, as far as carrying it out depends on it; without secrets, and from any working folder.
struct PlannedArguments {
    let words: [String]

    var text: String { String(decoding: (try? JSONEncoder().encode(words)) ?? Data(), as: UTF8.self) }

    init(_ command: PlanCommand) throws {
        let flags = command.flags
        var words = command.targets
        if words.count > 2 { for index in 1..<words.count { words[index] = Self.settled(words[index]) } }
        if flags.delete { words.append("--delete") }
        if let policy = flags.conflict { words += ["--conflict", policy.rawValue] }
        if let connections = flags.connections { words += ["--connections", String(connections)] }
        if let parallel = flags.parallel { words += ["--parallel", String(parallel)] }
        for option in flags.remote.options {
            guard !option.contains("auth.account") else {
                throw ValidationError("A plan keeps no secrets: put auth.account into a definition.")
            }
            words += ["-o", option]
        }
        self.words = words
    }

    /// - Throws: `.configuration` for a plan without them.
    init(planned: String, file: String) throws {
        guard let words = try? JSONDecoder().decode([String].self, from: Data(planned.utf8)) else {
            throw StorageError(.configuration, "\(file) does not say which folders it is about: plan again")
        }
        self.words = words
    }

    private static func settled(_ target: String) -> String {
        RemoteURL.looksLikeURL(target) ? URLWithoutPassword.text(of: target) : URL(filePath: target).path
    }
}
