import FileModel
import NIOCore
import RemoteFileSystem
import Synchronization

/// One listing of the server, with what is pending in the folder.
final class ListingOverlay: Sendable {
    private let folder: RemotePath
    private let pending: WriteBack
    /// Pending when the listing began: the server may have them by its end, too late for this listing.
    private let before: [FileName: PendingFile]
    private let seen = Mutex<Set<FileName>>([])

    init(_ folder: RemotePath, _ pending: WriteBack) {
        self.folder = folder
        self.pending = pending
        before = pending.withState { $0.files.names(in: folder) }
    }

    /// A batch without our temporary files, and with the versions that are pending, or were when the listing began: the
    /// server may have looked at the name before it had them.
    func shown(_ batch: [DirectoryEntry]) -> [DirectoryEntry] {
        let now = pending.withState { $0.files.names(in: folder) }
        return batch.compactMap { entry in
            if pending.isTemporary(entry.name) { return nil }
            guard let file = now[entry.name] ?? before[entry.name] else { return entry }
            note(entry.name)
            return DirectoryEntry(name: entry.name, attributes: file.attributes(pending.capabilities))
        }
    }

    private func note(_ name: FileName) { seen.withLock { _ = $0.insert(name) } }

    /// What the listing did not name.
    func rest() -> [DirectoryEntry] {
        let now = pending.withState { $0.files.names(in: folder) }
        let seen = seen.withLock { $0 }
        return before.merging(now) { $1 }.filter { !seen.contains($0.key) }.map { name, file in
            DirectoryEntry(name: name, attributes: file.attributes(pending.capabilities))
        }
    }
}

/// Reads a pending file from the journal.
struct PendingReader: RemoteReader {
    let content: Spool
    let attributes: FileAttributes?

    func read(at offset: Int64, count: Int) async throws(StorageError) -> ByteBuffer {
        try content.read(at: offset, count: count)
    }

    func close() async {}
}
