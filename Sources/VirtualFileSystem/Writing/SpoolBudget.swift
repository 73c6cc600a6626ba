import FileModel
import Synchronization

/// The room that all spool files of a volume share.
final class SpoolBudget: Sendable {
    private let limit: Int64
    private let used = Mutex<Int64>(0)

    init(limit: Int64) { self.limit = limit }

    var inUse: Int64 { used.withLock { $0 } }

    func fits(_ bytes: Int64) -> Bool { used.withLock { $0 + bytes <= limit } }

    var hasRoom: Bool { used.withLock { $0 < limit } }

    static let unlimited = SpoolBudget(limit: .max)

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

    /// The same for what is there already, whatever the limit.
    func count(_ bytes: Int64) { used.withLock { $0 += bytes } }

    func giveBack(_ bytes: Int64) {
        used.withLock { $0 -= bytes }
    }
}

/// What one file holds of a budget; given back with this object.
final class SpoolShare: Sendable {
    private let budget: SpoolBudget
    private let held = Mutex<Int64>(0)

    init(of budget: SpoolBudget) { self.budget = budget }

    deinit { budget.giveBack(held.withLock { $0 }) }

    /// - Throws: `.noSpace`; then it holds what it held before.
    func hold(_ bytes: Int64) throws(StorageError) {
        try held.withLock { held throws(StorageError) in
            if bytes > held { try budget.take(bytes - held) } else { budget.giveBack(held - bytes) }
            held = bytes
        }
    }

    /// Holds so much more, whatever the limit.
    func take(_ bytes: Int64) {
        budget.count(bytes)
        held.withLock { $0 += bytes }
    }
}
