import FileModel
import NIOCore
import RemoteFileSystem

/// The remote as the volume calls it: each call bounded by a `TimeLimit`.
///
/// Not itself a `RemoteFileSystem`: a listing's receiver outlives the call that timed out, so it has to escape.
struct TimeLimitedRemote: Sendable {
    let base: any RemoteFileSystem
    let limit: TimeLimit
    /// With write-back: what is pending needs no server that answers.
    var held: WriteBack?

    private func limit(for path: RemotePath) -> TimeLimit {
        held?.isPending(path) == true ? TimeLimit(duration: limit.duration) : limit
    }

    func attributes(of path: RemotePath) async throws(StorageError) -> FileAttributes {
        try await limit(for: path).run("asking about", path) { [base] _ async throws(StorageError) in
            try await base.attributes(of: path)
        }
    }

    /// The limit holds for the time between two batches.
    func list(
        _ path: RemotePath, receive: @escaping @Sendable ([DirectoryEntry]) throws(StorageError) -> Void
    ) async throws(StorageError) {
        try await limit.run("listing", path) { [base] progress async throws(StorageError) in
            try await base.list(path) { batch async throws(StorageError) in
                progress.made()
                try receive(batch)
            }
        }
    }

    func openReader(_ path: RemotePath) async throws(StorageError) -> TimeLimitedReader {
        let reader = try await limit(for: path).run("opening", path) { [base] _ async throws(StorageError) in
            try await base.openReader(path)
        }
        return TimeLimitedReader(base: reader, path: path, limit: limit(for: path))
    }

    func openWriter(
        _ path: RemotePath, _ disposition: WriteDisposition, permissions: UInt16? = nil, expectedSize: Int64? = nil
    ) async throws(StorageError) -> TimeLimitedWriter {
        let writer = try await limit.run("opening", path) { [base] _ async throws(StorageError) in
            try await base.openWriter(path, disposition, permissions: permissions, expectedSize: expectedSize)
        }
        return TimeLimitedWriter(base: writer, path: path, limit: limit)
    }

    /// Bytes under way move without a word of the server, as in `TimeLimitedWriter`.
    func place(_ placement: FilePlacement) async throws(StorageError) -> PlacementOutcome {
        try await limit.forWrites.run("writing", placement.target) { [base] _ async throws(StorageError) in
            try await base.place(placement)
        }
    }

    func fetch(_ path: RemotePath, size: Int64) async throws(StorageError) -> FetchedFile {
        try await limit(for: path).run("reading", path) { [base] _ async throws(StorageError) in
            try await base.fetch(path, size: size)
        }
    }

    func createDirectory(_ path: RemotePath, permissions: UInt16?) async throws(StorageError) {
        try await limit.run("creating", path) { [base] _ async throws(StorageError) in
            try await base.createDirectory(path, permissions: permissions)
        }
    }

    func removeDirectory(_ path: RemotePath) async throws(StorageError) {
        try await limit.run("removing", path) { [base] _ async throws(StorageError) in
            try await base.removeDirectory(path)
        }
    }

    func removeFile(_ path: RemotePath) async throws(StorageError) {
        try await limit.run("removing", path) { [base] _ async throws(StorageError) in
            try await base.removeFile(path)
        }
    }

    func rename(_ source: RemotePath, to target: RemotePath, mode: RenameMode) async throws(StorageError) {
        try await limit.run("renaming", source) { [base] _ async throws(StorageError) in
            try await base.rename(source, to: target, mode: mode)
        }
    }

    func setAttributes(_ path: RemotePath, _ changes: AttributeChanges) async throws(StorageError) {
        try await limit(for: path).run("changing the attributes of", path) { [base] _ async throws(StorageError) in
            try await base.setAttributes(path, changes)
        }
    }

    func readLink(_ path: RemotePath) async throws(StorageError) -> [UInt8] {
        try await limit.run("reading the link", path) { [base] _ async throws(StorageError) in
            try await base.readLink(path)
        }
    }

    func createSymbolicLink(_ path: RemotePath, target: [UInt8]) async throws(StorageError) {
        try await limit.run("creating the link", path) { [base] _ async throws(StorageError) in
            try await base.createSymbolicLink(path, target: target)
        }
    }

    func createHardLink(_ path: RemotePath, to existing: RemotePath) async throws(StorageError) {
        try await limit.run("linking", path) { [base] _ async throws(StorageError) in
            try await base.createHardLink(path, to: existing)
        }
    }

    func statistics(_ path: RemotePath) async throws(StorageError) -> FileSystemStatistics {
        try await limit.run("asking for the free space of", path) { [base] _ async throws(StorageError) in
            try await base.statistics(path)
        }
    }
}
