import FileModel
import Synchronization

/// The inode table behind its lock, shared by the volume and its open files.
///
/// The innermost lock: whoever holds it takes no other and awaits nothing.
final class SharedInodeTable: Sendable {
    private let table: Mutex<InodeTable>
    let now: @Sendable () -> ContinuousClock.Instant

    init(root: FileAttributes, lifetimes: InodeTable.Lifetimes, now: @escaping @Sendable () -> ContinuousClock.Instant)
    {
        table = Mutex(InodeTable(root: root, lifetimes: lifetimes, now: now()))
        self.now = now
    }

    func locked<R: Sendable>(
        _ body: (inout InodeTable, ContinuousClock.Instant) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        let now = now()
        return try table.withLock { table throws(StorageError) in try body(&table, now) }
    }

    /// For changes that cannot fail.
    func withLock<R: Sendable>(_ body: (inout InodeTable, ContinuousClock.Instant) -> R) -> R {
        let now = now()
        return table.withLock { table in body(&table, now) }
    }

    func path(of number: InodeNumber) throws(StorageError) -> RemotePath {
        try locked { table, _ throws(StorageError) in try table.path(of: number) }
    }
}
