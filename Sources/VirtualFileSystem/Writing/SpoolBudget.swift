import FileModel
import Synchronization

/// The room that all spool files of a volume share.
final class SpoolBudget: Sendable {
    private let limit: Int64
    private let used = Mutex<Int64>(0)

    init(limit: Int64) { self.limit = limit }

    /// - Throws: `.noSpace` when the limit would be passed.
    func take(_ bytes: Int64) throws(StorageError) {
        let fits = used.withLock { used in
            guard used + bytes <= limit else { return false }
            used += bytes
            return true
        }
        if !fits {
            throw StorageError(
                .noSpace, "the spool is full (\(ByteCount(limit))); raise spool_limit or write the file in one go")
        }
    }

    func giveBack(_ bytes: Int64) {
        used.withLock { $0 -= bytes }
    }
}
