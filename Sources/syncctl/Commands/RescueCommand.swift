import ArgumentParser
import Definitions
import FileModel
import Glibc
import Service
import VirtualFileSystem

struct RescueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rescue", abstract: "Files that were written to a mount and could not be uploaded.",
        subcommands: [RescueList.self, RescueRetryCommand.self, RescueExport.self, RescueDrop.self],
        defaultSubcommand: RescueList.self)
}

extension DirectoryOptions {
    var rescueStore: RescueStore { RescueStore(folder: directories().rescue) }
}

/// Which rescued files a command is about.
struct RescueSelection: ParsableArguments {
    @Flag(help: "Every rescued file.")
    var all = false

    @Argument(help: ArgumentHelp("What syncctl rescue list shows.", valueName: "id"))
    var ids: [String] = []

    func validate() throws {
        if all == !ids.isEmpty { throw ValidationError("Name the rescued files, or take --all.") }
    }

    func entries(_ store: RescueStore) throws(StorageError) -> [RescueEntry] {
        if all { return try store.entries() }
        return try ids.map { id throws(StorageError) in try store.entry(named: id) }
    }
}

struct RescueList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Show them, oldest first.")

    @OptionGroup var directories: DirectoryOptions

    @Flag(help: "One JSON object per file.")
    var json = false

    func run() async throws {
        let entries = try directories.rescueStore.entries()
        for entry in entries { Terminal.output.writeLine(json ? Self.line(entry).text : Self.text(entry)) }
        if entries.isEmpty, !json { Terminal.output.writeLine("no rescued files") }
    }

    private static func text(_ entry: RescueEntry) -> String {
        guard let record = entry.record else {
            return "\(entry.id)  \(ByteCount(entry.size))  content without a record: syncctl rescue export"
        }
        let parts = record.parts.map { "  \($0.count) parts of the file" } ?? ""
        let doubt = record.isCutShort ? "  may be incomplete" : ""
        let time = UTCText.of(Timestamp(seconds: record.rescued))
        let folder = record.folder == "/" ? "" : record.folder
        return
            "\(entry.id)  \(time)  \(ByteCount(record.size))  \(record.remote) \(folder)/\(record.path)\(parts)\(doubt)\n"
            + "    \(record.reason)"
    }

    private static func line(_ entry: RescueEntry) -> JSONLine {
        let record = entry.record
        return JSONLine("rescued").adding("id", .string(entry.id)).adding("remote", .init(record?.remote))
            .adding("definition", .init(record?.definition)).adding("folder", .init(record?.folder))
            .adding("path", .init(record?.path)).adding("path_bytes", .init(record?.pathBytes))
            .adding("size", .init(record?.size ?? entry.size)).adding("file", .string(entry.dataFile))
            .adding("modified", .init(record.map { UTCText.of(Timestamp(seconds: $0.modified)) }))
            .adding("rescued", .init(record.map { UTCText.of(Timestamp(seconds: $0.rescued)) }))
            .adding("code", .init(record?.code)).adding("reason", .init(record?.reason))
            .adding("whole", .boolean(record?.parts == nil && record?.isCutShort != true))
    }
}

struct RescueRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Upload them after all.",
        discussion: """
            Each is uploaded under a temporary name and then renamed. A file that was changed on the server meanwhile is \
            left alone unless --force is given. What was mounted by URL needs that URL again: --remote URL.
            """)

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions
    @OptionGroup var selection: RescueSelection

    @Flag(help: "Replace what was changed on the server, and upload what may be incomplete.")
    var force = false

    @Option(name: .customLong("remote"), help: ArgumentHelp("Definition or URL to upload to.", valueName: "name|url"))
    var target: String?

    func run() async throws {
        let folders = directories.directories()
        try folders.prepare()
        let store = directories.rescueStore
        let retry = RescueRetry(store, remotes: RemoteAssembly(folders))
        var failure: StorageError?
        for entry in try selection.entries(store) {
            let title = entry.record?.path ?? entry.id
            do {
                try await retry.run(entry, to: try definition(of: entry), force: force)
                Terminal.output.writeLine("uploaded \(title)")
            } catch let error as StorageError {
                Terminal.errors.writeLine("syncctl: \(title): \(error)")
                failure = failure ?? error
            }
        }
        if let failure { throw ExitCode(ProgramExit.code(of: failure)) }
    }

    private func definition(of entry: RescueEntry) throws -> RemoteDefinition {
        let name = target ?? entry.record?.definition ?? ""
        guard !name.isEmpty else {
            throw StorageError(
                .configuration,
                "it was written to a mount of a URL: name that with --remote \(entry.record?.remote ?? "URL")")
        }
        return try RemoteTarget.find(name, directories, remote).remote
    }
}

struct RescueExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Copy them into a folder; they stay rescued.")

    @OptionGroup var directories: DirectoryOptions

    @Flag(help: "Every rescued file.")
    var all = false

    @Argument(help: ArgumentHelp("Rescued files, and the folder to copy them to.", valueName: "id… dir"))
    var words: [String]

    func run() async throws {
        guard let folder = words.last, all == (words.count == 1) else {
            throw ValidationError("Expected: syncctl rescue export ID… DIR, or syncctl rescue export --all DIR.")
        }
        let store = directories.rescueStore
        let entries = try all ? store.entries() : words.dropLast().map { try store.entry(named: $0) }
        for entry in entries {
            Terminal.output.writeLine(try store.export(entry, to: folder))
            if let parts = entry.record?.parts {
                Terminal.errors.writeLine("syncctl: only \(parts.count) parts of it were written; the rest is zeros")
            }
        }
    }
}

struct RescueDrop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "drop", abstract: "Remove them for good.")

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var selection: RescueSelection

    @Flag(help: "Do not ask.")
    var yes = false

    func run() async throws {
        let store = directories.rescueStore
        for entry in try selection.entries(store) {
            let title = "\(entry.record?.path ?? entry.id), \(ByteCount(entry.size))"
            guard yes || Self.confirms("Remove \(title) for good?") else {
                Terminal.errors.writeLine("syncctl: kept \(title)")
                throw ExitCode(1)
            }
            try store.drop(entry)
        }
    }

    /// Anything but a yes is a no, and so is the absence of a terminal.
    private static func confirms(_ question: String) -> Bool {
        guard isatty(0) == 1 else {
            Terminal.errors.writeLine("syncctl: there is nobody to ask; take --yes")
            return false
        }
        Terminal.errors.write(question + " [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }
}
