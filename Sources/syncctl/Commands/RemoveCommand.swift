import ArgumentParser
import Definitions
import FileModel
import RemoteFileSystem
import Service
import SyncEngine
import Synchronization

struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove files of a server, for good.",
        discussion: "Links are removed and never followed. The root of a server or of a definition is never removed.")

    @OptionGroup var flags: FileFlags

    @Flag(name: .shortAndLong, help: "Folders, too, with all that is in them.")
    var recursive = false

    @Flag(name: .shortAndLong, help: "What does not exist is fine.")
    var force = false

    @Argument(help: ArgumentHelp("URLs, or NAME/PATH below the folder of a definition.", valueName: "url"))
    var targets: [String]

    func run() async throws {
        for text in targets {
            let target = try flags.target(text)
            if target.isRoot {
                throw ValidationError("\(target.title) is a root: name what is to be removed in it.")
            }
        }
        let removal = Removal(report: PathReport("delete", flags), isRecursive: recursive, ignoresMissing: force)
        try await PathWork(flags, removal.report).run(targets) { session, path throws(StorageError) in
            try await removal.remove(path, session)
        }
    }
}

private struct Removal: Sendable {
    let report: PathReport
    let isRecursive: Bool
    let ignoresMissing: Bool

    func remove(_ path: RemotePath, _ session: FileSession) async throws(StorageError) {
        do throws(StorageError) {
            guard try await session.files.attributes(of: path).isDirectory else {
                try await session.files.removeFile(path)
                return report.changed(session.shown(path))
            }
        } catch  where error.code == .notFound && ignoresMissing {
            return
        }
        guard isRecursive else {
            throw StorageError(
                .isDirectory, "\(session.shown(path)) is a folder: use -r to remove it with all that is in it")
        }
        let failures = FailureCount()
        let removal = TreeRemoval(session.files) { path in
            report.changed(session.shown(path))
        } failed: { path, error in
            failures.add()
            report.failed(session.shown(path), error)
        }
        guard try await removal.run(path) else {
            throw StorageError(
                .failed,
                "\(session.shown(path)) was not removed: \(failures.count) of the paths in it could not be removed")
        }
    }
}

private final class FailureCount: Sendable {
    private let state = Mutex(0)

    var count: Int { state.withLock { $0 } }
    func add() { state.withLock { $0 += 1 } }
}
