import ArgumentParser
import Definitions
import FileModel
import RemoteFileSystem
import Service

struct MakeDirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "mkdir", abstract: "Make a folder on a server.")

    @OptionGroup var flags: FileFlags

    @Flag(name: .shortAndLong, help: "Make the folders above it, too; a folder that exists is fine.")
    var parents = false

    @Argument(help: ArgumentHelp("URLs, or NAME/PATH below the folder of a definition.", valueName: "url"))
    var targets: [String]

    func run() async throws {
        let (report, makesParents) = (PathReport("mkdir", flags), parents)
        try await PathWork(flags, report).run(targets) { session, path throws(StorageError) in
            let folders = makesParents ? path.ancestors.reversed().filter { !$0.isRoot } : []
            for folder in folders { try await Self.makeAbove(folder, session, report) }
            try await Self.make(path, session, report, mayExist: makesParents)
        }
    }
}

extension MakeDirectoryCommand {
    /// Folders above may belong to others; only the last one has to come into being.
    private static func makeAbove(
        _ folder: RemotePath, _ session: FileSession, _ report: PathReport
    ) async throws(StorageError) {
        do throws(StorageError) {
            try await make(folder, session, report, mayExist: true)
        } catch  where !error.isSessionFault {
        }
    }

    private static func make(
        _ folder: RemotePath, _ session: FileSession, _ report: PathReport, mayExist: Bool
    ) async throws(StorageError) {
        do throws(StorageError) {
            try await session.files.createDirectory(folder, permissions: nil)
            report.changed(session.shown(folder))
        } catch  where error.code == .alreadyExists && mayExist {
            guard try await RemotePlace.isFolder(folder, in: session) else { throw error }
        }
    }
}

/// Does the same with each of several paths of a server.
struct PathWork {
    private let flags: FileFlags
    private let report: PathReport

    init(_ flags: FileFlags, _ report: PathReport) {
        self.flags = flags
        self.report = report
    }

    /// - Parameter body: a failure that it throws is a failure of this path; the others are tried all the same.
    func run(
        _ texts: [String],
        _ body: @escaping @Sendable (FileSession, RemotePath) async throws(StorageError) -> Void
    ) async throws {
        let targets = try texts.map(flags.target)
        guard let first = targets.first else { throw ValidationError("Expected a URL or NAME/PATH.") }
        for target in targets.dropFirst() {
            try first.requireSameServer(as: target, "name them in commands of their own")
        }
        let report = report
        try await FileOutcome.telling(first, flags) {
            try await FileSession.run(first, flags) { session in
                var outcome = FileOutcome()
                for target in targets {
                    do throws(StorageError) {
                        try await body(session, target.path)
                        outcome.done += 1
                    } catch {
                        if error.isSessionFault || targets.count == 1 { throw error }
                        report.failed(session.shown(target.path), error)
                        outcome.add(FileOutcome(failed: 1, error: error))
                    }
                }
                return outcome
            }
        }
    }
}
