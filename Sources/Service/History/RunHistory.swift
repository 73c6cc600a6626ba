public import FileModel

/// Remembers the runs of this machine, or of several that share it.
public protocol RunHistory: Sendable {
    /// - Returns: the row to finish when the run ends.
    func runStarted(_ name: String, _ target: RunTarget, at time: Timestamp) async throws(StorageError) -> Int64

    func runEnded(_ id: Int64, _ outcome: RunOutcome, at time: Timestamp) async throws(StorageError)

    /// Adds what came of files of a run.
    func filesEnded(_ run: Int64, _ files: [FileRecord]) async throws(StorageError)

    /// When the last run of a name started that was neither skipped nor a test; nil if it never ran.
    func lastStart(of name: String) async throws(StorageError) -> Timestamp?

    /// The newest rows first.
    ///
    /// - Parameter name: nil means all.
    func recent(_ name: String?, limit: Int) async throws(StorageError) -> [RunRecord]

    /// One run; nil when it is not, or no longer, known.
    func run(_ id: Int64) async throws(StorageError) -> RunRecord?

    /// What came of the files of a run, in the order of its doing.
    func files(of run: Int64) async throws(StorageError) -> [FileRecord]

    /// Forgets runs that started before `time`.
    func prune(before time: Timestamp) async throws(StorageError)
}
