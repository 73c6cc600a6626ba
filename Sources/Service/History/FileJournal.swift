import FileModel
import SyncCore
import SyncEngine
import Synchronization

/// Writes what a run does with each file into the history, behind the run's back, and passes all events on.
///
/// Rows go in batches; the run never waits for the disk, only its end does.
final class FileJournal: SyncObserver {
    private static let batch = 500

    private let next: (any SyncObserver)?
    private let pending = Mutex<[FileRecord]>([])
    private let batches: AsyncStream<[FileRecord]>.Continuation
    private let writer: Task<Void, Never>

    /// - Parameter run: the row of the run; without one nothing is written.
    init(_ history: any RunHistory, run: SyncRunner.HistoryRow, next: (any SyncObserver)?) {
        self.next = next
        let (stream, continuation) = AsyncStream.makeStream(of: [FileRecord].self)
        batches = continuation
        writer = Task.detached {
            let run = await run.value
            // The history is no reason to fail.
            for await batch in stream {
                if let run { try? await history.filesEnded(run, batch) }
            }
        }
    }

    func observe(_ event: SyncEvent) {
        if let record = FileRecord(event, at: .now()) { add(record) }
        next?.observe(event)
    }

    private func add(_ record: FileRecord) {
        let full = pending.withLock { pending -> [FileRecord]? in
            pending.append(record)
            guard pending.count >= Self.batch else { return nil }
            defer { pending = [] }
            return pending
        }
        if let full { batches.yield(full) }
    }

    /// Returns when everything is written.
    func finish() async {
        batches.yield(pending.withLock { $0 })
        batches.finish()
        await writer.value
    }
}

extension FileRecord {
    /// nil for what is not about one file.
    init?(_ event: SyncEvent, at time: Timestamp) {
        switch event {
        case .change(let change):
            self.init(
                path: change.path, action: change.kind.rawValue, side: change.side.rawValue, bytes: change.bytes,
                status: .ok, at: time)
        case .problem(let problem):
            self.init(
                path: problem.path, action: "none", side: nil, bytes: 0, status: problem.isSkip ? .skipped : .failed,
                code: problem.isSkip ? nil : problem.error.code.rawValue, message: problem.error.description, at: time)
        case .scanning, .planned, .transferred, .retrying, .warning: return nil
        }
    }
}
