import ArgumentParser
import Definitions
import FileModel
import Service
import SyncCore
import SyncEngine

struct PutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Copy files of this machine to a server.",
        discussion: """
            A file appears under its name only when it is complete, with its modification time. A file that exists \
            already is replaced only with -f. `-` as source is standard input.
            """)

    @OptionGroup var flags: CopyFlags

    @Argument(
        help: ArgumentHelp("Files, and the URL or NAME/PATH of a folder or of a new name.", valueName: "local… url"))
    var arguments: [String]

    private var sources: ArraySlice<String> { arguments.dropLast() }

    func validate() throws {
        guard arguments.count > 1 else { throw ValidationError("Expected: syncctl put LOCAL… URL.") }
        if sources.contains("-"), sources.count > 1 {
            throw ValidationError("Standard input (-) can only be sent alone.")
        }
    }

    func run() async throws {
        let target = try flags.files.target(arguments[arguments.count - 1])
        let sources = Array(sources)
        try await FileOutcome.telling(target, flags.files) {
            let reporter = flags.reporter
            let work = Upload(
                target: target, reporter: reporter, overwrites: flags.force, isRecursive: flags.recursive,
                limit: flags.bwlimit?.bytes)
            return try await reporter.telling {
                try await FileSession.run(target, flags.files) { try await work.run(sources, $0) }
            }
        }
    }
}

/// Brings files and folders to one place of a server.
private struct Upload: Sendable {
    let target: RemoteTarget
    let reporter: SyncReporter
    let overwrites: Bool
    let isRecursive: Bool
    let limit: Int64?

    func run(_ sources: [String], _ session: FileSession) async throws -> FileOutcome {
        if sources == ["-"] { return try await input(session) }
        let isFolder = try await RemotePlace.isFolder(target.path, in: session)
        guard sources.count == 1 || isFolder else {
            throw StorageError(.notDirectory, "\(target.title) is no folder, so it cannot take several files")
        }
        var outcome = FileOutcome()
        for source in sources {
            do throws(StorageError) {
                outcome.add(try await copy(source, isFolder: isFolder, session))
            } catch {
                if sources.count == 1 || error.isSessionFault { throw error }
                reporter.observe(.warning("\(source): \(error)"))
                outcome.add(FileOutcome(failed: 1, error: error))
            }
        }
        return outcome
    }

    private func copy(
        _ text: String, isFolder: Bool, _ session: FileSession
    ) async throws(StorageError) -> FileOutcome {
        let place = try LocalPlace.source(text)
        let source = place.name.map { RemotePath.root.appending($0) } ?? .root
        let name = LocalPlace.lastName(of: text)
        let path =
            if isFolder {
                name.map { target.path.appending($0) } ?? target.path
            } else {
                try await RemotePlace.destination(target.path, for: name, in: session)
            }
        let transfer = try await transfer(place.folder, session)
        guard isRecursive, LocalPlace.isFolder(text) else {
            return FileOutcome(done: 1, bytes: try await transfer.copyFile(source, from: .local, to: path))
        }
        return FileOutcome(try await transfer.copyTree(source, from: .local, to: path))
    }

    private func input(_ session: FileSession) async throws -> FileOutcome {
        let path = try await RemotePlace.destination(target.path, for: nil, in: session)
        let transfer = try await transfer("/", session)
        return FileOutcome(done: 1, bytes: try await transfer.upload(from: 0, to: path))
    }

    private func transfer(_ folder: String, _ session: FileSession) async throws(StorageError) -> FileTransfer {
        try await FileTransfer(
            localRoot: folder, remote: session.files, overwrites: overwrites, bandwidthLimit: limit,
            observer: reporter)
    }
}
