import Dispatch
public import FileModel

/// Where pending files are safe: a folder in the form of a `RescueStore`, of which one mount has hold at a time.
///
/// Work on it happens on a thread of its own, for it waits for the disk.
public final class WriteBackJournal: Sendable {
    public let store: RescueStore
    private let queue = DispatchQueue(label: "write-back journal")
    private let lock: JournalLock

    /// Takes hold of a journal, made if there is none.
    ///
    /// - Parameter folder: exists, and is ours.
    /// - Throws: `.busy` while another process has hold of it.
    public init(folder: String) throws(StorageError) {
        lock = try JournalLock(folder: folder)
        store = RescueStore(folder: folder)
    }

    /// Lets another mount have hold of it.
    func release() { lock.release() }

    /// What waits in a folder of which nobody has hold; 0 while a mount has, and where there is nothing to read.
    public static func waiting(in folder: String) -> Int {
        guard !JournalLock.isHeld(folder), let entries = try? RescueStore(folder: folder).entries() else { return 0 }
        return entries.count { $0.record != nil }
    }

    /// What an earlier life left, in the order of closing. Content without a record was never promised to anybody.
    func entries() throws(StorageError) -> [RescueEntry] {
        let entries = try store.entries()
        for entry in entries where entry.record == nil { try store.remove(entry) }
        return entries.filter { $0.record != nil }
    }

    /// When this returns the content survives the end of process and machine.
    func keep(_ content: Spool, _ record: RescueRecord) async throws(StorageError) {
        try await onThread { store throws(StorageError) in try store.keep(content, record, limit: nil) }
    }

    func update(_ record: RescueRecord) async throws(StorageError) {
        try await onThread { store throws(StorageError) in try store.note(record) }
    }

    func remove(_ id: String) async throws(StorageError) {
        try await onThread { store throws(StorageError) in try store.remove(id) }
    }

    func hand(_ record: RescueRecord, over rescue: RescueStore) async throws(StorageError) {
        try await onThread { store throws(StorageError) in try store.hand(record, over: rescue) }
    }

    private func onThread(
        _ body: @escaping @Sendable (RescueStore) throws(StorageError) -> Void
    ) async throws(StorageError) {
        let outcome = await withCheckedContinuation { continuation in
            queue.async { [store] in
                do throws(StorageError) {
                    try body(store)
                    continuation.resume(returning: Result<Void, StorageError>.success(()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        try outcome.get()
    }
}
