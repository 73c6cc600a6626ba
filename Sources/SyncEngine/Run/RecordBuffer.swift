import FileModel
import SyncCore

/// Changes of the archive that wait for the next batch.
struct RecordBuffer {
    var changes: [RecordChange] = []
    var finished: [Int64] = []
    /// Something was written to the local disk since the last batch.
    var touchesLocalDisk = false
    private var since: ContinuousClock.Instant?

    var isEmpty: Bool { changes.isEmpty && finished.isEmpty }

    /// Each batch of downloads makes the local disk write all it holds back.
    private static let most = 6000

    /// Full, or waiting for some seconds.
    var isDue: Bool {
        guard let since else { return false }
        return changes.count + finished.count >= Self.most || ContinuousClock.now - since > .seconds(3)
    }

    mutating func add(_ records: [RecordChange], finished operations: [Int64] = [], touchesLocalDisk: Bool = false) {
        guard !records.isEmpty || !operations.isEmpty else { return }
        changes += records
        finished += operations
        self.touchesLocalDisk = self.touchesLocalDisk || touchesLocalDisk
        since = since ?? .now
    }

    mutating func drain() -> RecordBuffer {
        defer { self = RecordBuffer() }
        return self
    }
}
