public import FileModel
public import RemoteFileSystem
import Synchronization

/// Removes a folder on a server with all that is in it. Links are removed, never followed.
public struct TreeRemoval: Sendable {
    private let files: any RemoteFileSystem
    /// Told of each path that is gone; called from several tasks.
    private let removed: @Sendable (RemotePath) -> Void
    /// Told of each path that could not be removed.
    private let failed: @Sendable (RemotePath, StorageError) -> Void

    public init(
        _ files: any RemoteFileSystem, removed: @escaping @Sendable (RemotePath) -> Void = { _ in },
        failed: @escaping @Sendable (RemotePath, StorageError) -> Void = { _, _ in }
    ) {
        self.files = files
        self.removed = removed
        self.failed = failed
    }

    /// Requests under way at once.
    private static let width = 16

    /// - Returns: whether nothing is left; a path that could not be removed keeps the folders above it.
    /// - Throws: what concerns the session rather than a path.
    public func run(_ folder: RemotePath) async throws(StorageError) -> Bool {
        if try await removeAsLink(folder) { return true }
        return try await removeFolder(folder)
    }

    private func removeFolder(_ folder: RemotePath) async throws(StorageError) -> Bool {
        var isComplete = true
        var others: [RemotePath] = []
        var folders: [RemotePath] = []
        for entry in try await files.entries(of: folder) {
            let path = folder.appending(entry.name)
            if entry.attributes.isDirectory { folders.append(path) } else { others.append(path) }
        }
        for path in folders {
            do throws(StorageError) {
                if try await !run(path) { isComplete = false }
            } catch {
                try note(path, error)
                isComplete = false
            }
        }
        if try await !removeFiles(others) { isComplete = false }
        guard isComplete else { return false }
        do throws(StorageError) {
            try await files.removeDirectory(folder)
            removed(folder)
            return true
        } catch {
            try note(folder, error)
            return false
        }
    }

    /// Servers that know no links show what a link leads to: a folder, which may lie anywhere. Removing it as a file
    /// removes the link, and fails for a folder.
    private func removeAsLink(_ path: RemotePath) async throws(StorageError) -> Bool {
        guard try await !files.capabilities().symbolicLinks else { return false }
        do throws(StorageError) {
            try await files.removeFile(path)
            removed(path)
            return true
        } catch  where !error.isSessionFault {
            return false
        }
    }

    private func removeFiles(_ paths: [RemotePath]) async throws(StorageError) -> Bool {
        let failures = RemovalFailures()
        await withTaskGroup(of: Void.self) { group in
            for (index, path) in paths.enumerated() {
                if index >= Self.width { await group.next() }
                if Task.isCancelled || failures.end != nil { break }
                group.addTask { await remove(path, failures) }
            }
        }
        if let end = failures.end { throw end }
        if Task.isCancelled { throw .cancelled }
        return failures.count == 0
    }

    private func remove(_ path: RemotePath, _ failures: RemovalFailures) async {
        do throws(StorageError) {
            try await files.removeFile(path)
            removed(path)
        } catch {
            failures.add(error)
            if !error.isSessionFault { failed(path, error) }
        }
    }

    private func note(_ path: RemotePath, _ error: StorageError) throws(StorageError) {
        if error.isSessionFault { throw error }
        failed(path, error)
    }
}

/// What went wrong with the files of one folder.
private final class RemovalFailures: Sendable {
    private let state = Mutex<(count: Int, end: StorageError?)>((0, nil))

    var count: Int { state.withLock { $0.count } }
    /// The session is gone: the rest is not tried.
    var end: StorageError? { state.withLock { $0.end } }

    func add(_ error: StorageError) {
        state.withLock { state in
            state.count += 1
            if error.isSessionFault { state.end = state.end ?? error }
        }
    }
}
