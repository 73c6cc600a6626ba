import ArgumentParser
import Definitions
import FileModel
import Service
import SyncCore
import SyncEngine

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Copy a file of a server to this machine.",
        discussion: """
            The file appears under its name only when it is complete, with its modification time. A file that exists \
            already is replaced only with -f. `-` as destination is standard output.
            """)

    @OptionGroup var flags: CopyFlags

    @Argument(help: ArgumentHelp("A URL, or NAME/PATH below the folder of a definition.", valueName: "url"))
    var source: String

    @Argument(help: ArgumentHelp("A folder or a new name; the working folder without it.", valueName: "local"))
    var destination = "."

    func run() async throws {
        let target = try flags.files.target(source)
        try await FileOutcome.telling(target, flags.files) {
            destination == "-" ? try await print(target) : try await copy(target)
        }
    }

    private func print(_ target: RemoteTarget) async throws -> FileOutcome {
        let limit = flags.bwlimit?.bytes
        return try await FileSession.run(target, flags.files) { session in
            let transfer = try await FileTransfer(
                localRoot: "/", remote: session.files, overwrites: false, bandwidthLimit: limit)
            return FileOutcome(done: 1, bytes: try await transfer.download(target.path, to: 1))
        }
    }

    private func copy(_ target: RemoteTarget) async throws -> FileOutcome {
        let place = try LocalPlace.destination(destination, for: target.path.name)
        let name = place.name.map { RemotePath.root.appending($0) } ?? .root
        let (reporter, limit) = (flags.reporter, flags.bwlimit?.bytes)
        let (overwrites, isRecursive) = (flags.force, flags.recursive)
        return try await reporter.telling {
            try await FileSession.run(target, flags.files) { session in
                let transfer = try await FileTransfer(
                    localRoot: place.folder, remote: session.files, overwrites: overwrites, bandwidthLimit: limit,
                    observer: reporter)
                guard isRecursive, try await RemotePlace.isFolder(target.path, in: session) else {
                    return FileOutcome(
                        done: 1, bytes: try await transfer.copyFile(target.path, from: .remote, to: name))
                }
                return FileOutcome(try await transfer.copyTree(target.path, from: .remote, to: name))
            }
        }
    }
}

extension FileOutcome {
    init(_ result: TreeCopyResult) {
        self.init(
            done: result.files, bytes: result.bytes, failed: result.failed, skipped: result.skipped,
            error: result.error)
    }

    mutating func add(_ other: FileOutcome) {
        done += other.done
        bytes += other.bytes
        failed += other.failed
        skipped += other.skipped
        error = error ?? other.error
    }
}

extension SyncReporter {
    /// Shows progress while `body` runs.
    func telling<Value>(_ body: () async throws -> Value) async throws -> Value {
        start()
        do {
            let value = try await body()
            await abandon()
            return value
        } catch {
            await abandon()
            throw error
        }
    }
}
