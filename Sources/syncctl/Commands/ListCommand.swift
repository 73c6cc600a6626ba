import ArgumentParser
import Definitions
import FileModel
import RemoteFileSystem
import Service

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List a folder or a file of a server.")

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions

    @Flag(help: "One JSON object per entry.")
    var json = false

    @Flag(name: .shortAndLong, help: "With type, permissions, size and time.")
    var long = false

    @Argument(help: ArgumentHelp("A URL, a definition, or NAME/PATH below its folder.", valueName: "name|url"))
    var target: String

    func run() async throws {
        let target = try RemoteTarget.find(target, directories, remote)
        let folders = directories.directories()
        try folders.prepare()
        let files = try await RemoteAssembly(folders).open(target.remote, folder: target.folder)
        let task = Task { try await Self.entries(files) }
        let signals = SignalWatch.stop { task.cancel() }
        let result = await task.result
        await files.shutdown()
        withExtendedLifetime(signals) {}
        let entries: [DirectoryEntry]
        do {
            entries = try result.get()
        } catch let error as StorageError {
            entries = try await Self.file(target, folders, instead: error)
        }
        for entry in entries { Terminal.output.writeLine(line(entry)) }
    }

    /// The entries of a folder by name.
    private static func entries(_ files: any RemoteFileSystem) async throws(StorageError) -> [DirectoryEntry] {
        try await files.entries(of: .root).sorted { $0.name < $1.name }
    }

    /// What is no folder may be a file.
    private static func file(
        _ target: RemoteTarget, _ folders: ProgramDirectories, instead error: StorageError
    ) async throws -> [DirectoryEntry] {
        guard error.code == .rootMissing || !error.isSessionFault, let name = target.path.name else { throw error }
        let files = try await RemoteAssembly(folders).open(target.remote, folder: target.root)
        let task = Task { try? await files.attributes(of: target.path) }
        let signals = SignalWatch.stop { task.cancel() }
        let attributes = await task.value
        await files.shutdown()
        withExtendedLifetime(signals) {}
        guard let attributes, !attributes.isDirectory else { throw error }
        return [DirectoryEntry(name: name, attributes: attributes)]
    }

    private func line(_ entry: DirectoryEntry) -> String {
        if json { return Self.json(entry).text }
        let suffix = entry.attributes.isDirectory ? "/" : ""
        guard long else { return entry.name.description + suffix }
        let attributes = entry.attributes
        let time = attributes.modified.map { UTCText.of($0.time) } ?? String(repeating: " ", count: 20)
        let size = "\(attributes.size)"
        let padding = String(repeating: " ", count: max(0, 12 - size.count))
        return "\(Self.mode(attributes))  \(padding)\(size)  \(time)  \(entry.name)\(suffix)"
    }

    /// `drwxr-xr-x`; question marks where the server does not say.
    static func mode(_ attributes: FileAttributes) -> String {
        let type =
            switch attributes.type {
            case .regular: "-"
            case .directory: "d"
            case .symbolicLink: "l"
            case .special: "?"
            }
        guard let permissions = attributes.permissions else { return type + "?????????" }
        let letters = Array("rwxrwxrwx")
        return type + String(letters.indices.map { permissions & (0o400 >> UInt16($0)) != 0 ? letters[$0] : "-" })
    }

    private static func json(_ entry: DirectoryEntry) -> JSONLine {
        let attributes = entry.attributes
        return JSONLine("entry").adding("name", path: entry.name.bytes).adding(
            "type", .string(attributes.type.rawValue)
        )
        .adding("size", .init(attributes.size))
        .adding("modified", .init(attributes.modified.map { UTCText.of($0.time) }))
        .adding("permissions", .init(attributes.permissions.map { String($0, radix: 8) }))
    }
}
