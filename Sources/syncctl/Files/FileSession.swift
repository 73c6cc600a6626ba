import ArgumentParser
import Definitions
import FileModel
import RemoteFileSystem
import Service

/// Opens the remote of a file command, runs the command until it is done or a signal ends it, and closes the remote.
struct FileSession: Sendable {
    let files: any RemoteFileSystem
    /// Where paths start: the server's own root, or the folder where the login lands.
    let root: RemoteFolder

    static func run<Value: Sendable>(
        _ target: RemoteTarget, _ flags: FileFlags,
        _ body: @escaping @Sendable (FileSession) async throws -> Value
    ) async throws -> Value {
        let folders = flags.directories.directories()
        try folders.prepare()
        let root = target.root
        let files = try await RemoteAssembly(folders).open(target.remote, folder: root)
        let task = Task { try await body(FileSession(files: files, root: root)) }
        let signals = SignalWatch.stop { task.cancel() }
        let result = await task.result
        await files.shutdown()
        withExtendedLifetime(signals) {}
        return try result.get()
    }

    /// A path as the user would write it: `/srv/x`, `~/x`.
    func shown(_ path: RemotePath) -> String { root.appending(path).description }
}

extension RemoteTarget {
    /// Where a file command opens the remote.
    var root: RemoteFolder {
        if case .absolute = folder { .absolute(.root) } else { .login }
    }

    /// The path below `root`.
    var path: RemotePath { folder.path }

    /// - Throws: a usage error where the two cannot be reached through one session.
    func requireSameServer(as other: RemoteTarget, _ remedy: String) throws {
        guard remote.identity == other.remote.identity else {
            throw ValidationError("\(title) and \(other.title) are on different servers: \(remedy)")
        }
        guard root == other.root else {
            throw ValidationError(
                "Name both from the server's root (/…), or both from the login folder (/~/…): \(folder), \(other.folder)."
            )
        }
    }
}
