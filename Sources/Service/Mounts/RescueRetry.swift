public import Definitions
public import FileModel
import RemoteFileSystem
public import VirtualFileSystem

/// Uploads rescued files to the server they were meant for.
public struct RescueRetry: Sendable {
    private let store: RescueStore
    private let remotes: RemoteAssembly

    public init(_ store: RescueStore, remotes: RemoteAssembly) {
        self.store = store
        self.remotes = remotes
    }

    /// Uploads one file and removes its entry.
    ///
    /// - Parameter remote: where to; it has to be the server and account that the file was meant for.
    public func run(
        _ entry: RescueEntry, to remote: RemoteDefinition, force: Bool
    ) async throws(StorageError) {
        if let record = entry.record, record.remote != remote.identity {
            throw StorageError(
                .invalidArgument, "\(record.path) was meant for \(record.remote), not for \(remote.identity)")
        }
        let folder = try RemoteFolder((entry.record?.folder ?? "~").utf8)
        let files = try await remotes.open(remote, folder: folder)
        let result: Result<Void, StorageError>
        do throws(StorageError) {
            let limit = max(.seconds(60), remote.connectTimeout + remote.timeout * 4)
            try await RescueUpload(store, to: files, timeout: limit).run(entry, force: force)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await files.shutdown()
        try result.get()
    }
}
