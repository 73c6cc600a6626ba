import FileModel
import RemoteFileSystem
import Synchronization

/// What a first run is likely to send, as far as a short look at the local folder shows it.
///
/// The look goes on before the remote has been asked anything, so it reads a few folders only, and follows no filter.
struct UploadOutlook {
    /// The largest file among the first names of the root.
    private(set) var largest: DirectoryEntry?
    /// Regular files seen, up to about `mostFiles`.
    private(set) var files = 0

    private static let mostFiles = 64
    private static let mostFolders = 16

    init(_ local: LocalFileSystem, entersFolders: Bool) async {
        var folders = [RemotePath.root]
        var visited = 0
        while files < Self.mostFiles, visited < Self.mostFolders, let folder = folders.popLast() {
            visited += 1
            let names = await Self.firstNames(in: folder, local)
            files += names.count { $0.attributes.type == .regular }
            if folder.isRoot {
                largest = names.filter { $0.attributes.type == .regular }
                    .max { $0.attributes.size < $1.attributes.size }
            }
            guard entersFolders else { return }
            folders += names.filter { $0.attributes.isDirectory }.map { folder.appending($0.name) }
        }
    }

    /// Nothing where the folder cannot be read: the scan will tell why.
    private static func firstNames(in folder: RemotePath, _ local: LocalFileSystem) async -> [DirectoryEntry] {
        let first = Mutex<[DirectoryEntry]>([])
        do throws(StorageError) {
            try await local.list(folder) { batch throws(StorageError) in
                first.withLock { $0 = batch }
                throw .cancelled
            }
        } catch {
            return first.withLock { $0 }
        }
        return first.withLock { $0 }
    }
}
