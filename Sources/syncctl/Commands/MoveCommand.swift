import ArgumentParser
import Definitions
import FileModel
import RemoteFileSystem
import Service

struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mv", abstract: "Rename or move a file or folder on a server.")

    @OptionGroup var flags: FileFlags

    @Flag(name: .shortAndLong, help: "Replace a file that exists already.")
    var force = false

    @Argument(help: ArgumentHelp("A URL, or NAME/PATH below the folder of a definition.", valueName: "url"))
    var source: String

    @Argument(
        help: ArgumentHelp("Its new name, or a folder, on the same server.", valueName: "url"))
    var destination: String

    func run() async throws {
        let (from, to) = (try flags.target(source), try flags.target(destination))
        try from.requireSameServer(as: to, "copy with get and put, then remove")
        if from.isRoot { throw ValidationError("\(from.title) is a root and cannot be moved.") }
        let (report, mode) = (PathReport("rename", flags), force ? RenameMode.replace : .keepExisting)
        try await FileOutcome.telling(from, flags) {
            try await FileSession.run(from, flags) { session in
                let target = try await RemotePlace.destination(to.path, for: from.path.name, in: session)
                try await Self.rename(from.path, to: target, mode, session)
                report.changed(session.shown(from.path), to: session.shown(target))
                return FileOutcome(done: 1)
            }
        }
    }

    private static func rename(
        _ source: RemotePath, to target: RemotePath, _ mode: RenameMode, _ session: FileSession
    ) async throws(StorageError) {
        do throws(StorageError) {
            try await session.files.rename(source, to: target, mode: mode)
        } catch  where error.code == .alreadyExists && mode == .keepExisting {
            throw StorageError(
                .alreadyExists, "\(session.shown(target)) exists already: -f replaces it",
                serverReply: error.serverReply)
        }
    }
}
