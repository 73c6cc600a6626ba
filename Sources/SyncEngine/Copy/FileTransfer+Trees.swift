public import FileModel
import RemoteFileSystem
public import SyncCore
import Synchronization

/// How the copy of a tree ended.
public struct TreeCopyResult: Sendable {
    public var files = 0
    public var bytes: Int64 = 0
    /// Paths that could not be copied; the others are.
    public var failed = 0
    /// Links and special files, which are left out.
    public var skipped = 0
    /// The first failure.
    public var error: StorageError?
}

extension FileTransfer {
    /// Copies a folder with all that is in it; folders that exist already are filled up.
    ///
    /// Each path's failure is a problem of that path, told to the observer. Links are left out.
    /// - Throws: what keeps all of it from being copied, and `.cancelled`.
    public func copyTree(
        _ source: RemotePath, from side: Side, to target: RemotePath
    ) async throws(StorageError) -> TreeCopyResult {
        try await onEngineThreads { () async throws(StorageError) in
            let tally = TreeTally(context.observer)
            let files = try await makeFolders(source, from: side, to: target, tally)
            var totals = PlanTotals()
            totals.copies[side.other] = files.count
            totals.bytes = files.reduce(0) { $0.addingOrMaximum($1.entry.size) }
            context.observer?.observe(.planned(totals))
            await copyAll(files, from: side, tally)
            return try tally.end()
        }
    }

    struct File: Sendable {
        let source: RemotePath
        let target: RemotePath
        let entry: Entry
    }

    /// Walks the source and makes its folders at the destination.
    ///
    /// - Returns: the files to be copied.
    private func makeFolders(
        _ source: RemotePath, from side: Side, to target: RemotePath, _ tally: TreeTally
    ) async throws(StorageError) -> [File] {
        var files: [File] = []
        var folders = [(source, target)]
        var counts = (directories: 0, names: 0)
        while let (folder, copy) = folders.popLast() {
            do throws(StorageError) {
                try await makeFolder(copy, on: side.other)
                let entries = try await context.replicas[side].files.entries(of: folder)
                counts = (counts.directories + 1, counts.names + entries.count)
                var listed = Sides(local: 0, remote: 0)
                listed[side] = counts.names
                context.observer?.observe(.scanning(directories: counts.directories, listed: listed))
                for entry in entries.sorted(by: { $0.name > $1.name }) {
                    let (path, place) = (folder.appending(entry.name), copy.appending(entry.name))
                    switch entry.attributes.type {
                    case .directory: folders.append((path, place))
                    case .regular: files.append(File(source: path, target: place, entry: Entry(entry.attributes)))
                    case .symbolicLink, .special: tally.skip(path)
                    }
                }
            } catch {
                guard folder != source, !error.isSessionFault else { throw error }
                tally.fail(folder, error)
            }
        }
        return files
    }

    private func makeFolder(_ path: RemotePath, on side: Side) async throws(StorageError) {
        guard !path.isRoot else { return }
        do throws(StorageError) {
            try await context.replicas[side].files.createDirectory(path, permissions: nil)
        } catch  where error.code == .alreadyExists {
            guard try await context.replicas[side].files.attributes(of: path).isDirectory else { throw error }
        }
    }

    private func copyAll(_ files: [File], from side: Side, _ tally: TreeTally) async {
        let remote = context.replicas.remote.capabilities
        let width = remote.streamsPerConnection > 1 ? 32 : 8
        await withTaskGroup(of: Void.self) { group in
            var rest = files[...]
            var running = 0
            while !rest.isEmpty || running > 0 {
                while running < width, !tally.isOver, !Task.isCancelled, let file = rest.popFirst() {
                    group.addTask { await copy(file, from: side, tally) }
                    running += 1
                }
                guard running > 0 else { return }
                await group.next()
                running -= 1
            }
        }
    }

    private func copy(_ file: File, from side: Side, _ tally: TreeTally) async {
        do throws(StorageError) {
            try await context.options.retries.run { () throws(StorageError) in
                try await copy(file.source, file.entry, from: side, to: file.target)
            }
            tally.succeed(file.entry.size)
        } catch {
            tally.fail(file.source, error)
        }
    }
}

/// Counts what came of the paths of a tree.
private final class TreeTally: Sendable {
    private struct State {
        var result = TreeCopyResult()
        /// The session is gone, or the user has enough: the rest is not tried.
        var end: StorageError?
    }

    private let state = Mutex(State())
    private let observer: (any SyncObserver)?

    init(_ observer: (any SyncObserver)?) { self.observer = observer }

    var isOver: Bool { state.withLock { $0.end != nil } }

    func succeed(_ bytes: Int64) {
        state.withLock { state in
            state.result.files += 1
            state.result.bytes = state.result.bytes.addingOrMaximum(bytes)
        }
    }

    func skip(_ path: RemotePath) {
        state.withLock { $0.result.skipped += 1 }
        observer?.observe(
            .problem(SyncProblem(path, skipped: .notAFile, note: "is a link or a special file: left out")))
    }

    func fail(_ path: RemotePath, _ error: StorageError) {
        let isEnd = error.isSessionFault
        state.withLock { state in
            state.result.failed += 1
            state.result.error = state.result.error ?? error
            if isEnd { state.end = state.end ?? error }
        }
        if !isEnd { observer?.observe(.problem(SyncProblem(path, error))) }
    }

    func end() throws(StorageError) -> TreeCopyResult {
        let state = state.withLock { $0 }
        if let end = state.end { throw end }
        if Task.isCancelled { throw .cancelled }
        return state.result
    }
}
