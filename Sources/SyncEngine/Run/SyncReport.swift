public import FileModel
public import SyncCore

/// How a run ended, as the table of outcomes has it.
public enum SyncOutcome: Hashable, Sendable {
    case success
    /// All done, conflicts kept for review.
    case conflicts
    case partialFailure
    /// Nothing could be done: connect, login, folder.
    case failure
    /// A guard stopped the run before its first write.
    case guarded
    /// Another run holds the lock.
    case skipped
    case interrupted

    public var exitCode: Int32 {
        switch self {
        case .success: 0
        case .partialFailure: 1
        case .failure: 3
        case .guarded: 4
        case .skipped: 5
        case .conflicts: 6
        case .interrupted: 130
        }
    }

    /// `success`, `partial_failure`, `failure` or `skipped`.
    public var status: String {
        switch self {
        case .success, .conflicts: "success"
        case .partialFailure: "partial_failure"
        case .failure, .guarded, .interrupted: "failure"
        case .skipped: "skipped"
        }
    }
}

extension SyncReport {
    /// That of the outcome; 2 where what the run was given is at fault, as with a damaged plan.
    public var exitCode: Int32 { outcome == .failure && error?.code == .configuration ? 2 : outcome.exitCode }
}

/// Everything a run has to say at its end.
public struct SyncReport: Sendable {
    public var outcome: SyncOutcome
    public var statusCode: StatusCode
    /// What ended the run early, or the first path's failure.
    public var error: StorageError?
    public var counters = SyncCounters()
    public var plan = PlanTotals()
    /// At most `problemLimit`; `counters.failed` counts all.
    public var problems: [SyncProblem] = []
    public var conflicts: [SyncChange] = []
    public var warnings: [String] = []
    public var started: Timestamp
    public var duration: Duration = .zero
    public var isDryRun = false
    /// Of `SyncOptions.explainedPath`.
    public var explanation: Explanation?

    public static let problemLimit = 1000

    init(outcome: SyncOutcome = .success, statusCode: StatusCode = .ok, started: Timestamp) {
        self.outcome = outcome
        self.statusCode = statusCode
        self.started = started
    }
}

public struct SyncCounters: Hashable, Sendable {
    public var directoriesScanned = 0
    /// Names seen on each side.
    public var listed = Sides(local: 0, remote: 0)
    /// Files and links copied to each side.
    public var copied = Sides(local: 0, remote: 0)
    /// Bytes written to each side by completed copies.
    public var bytes = Sides<Int64>(local: 0, remote: 0)
    public var directoriesCreated = Sides(local: 0, remote: 0)
    public var deleted = Sides(local: 0, remote: 0)
    public var renamed = Sides(local: 0, remote: 0)
    public var conflicts = 0
    /// Found equal without a transfer.
    public var adopted = 0
    public var sourcesDeleted = 0
    /// Left for a later run, no failure.
    public var skipped = 0
    public var failed = 0
    /// Planned, but not begun when the run ended early.
    public var notAttempted = 0

    public init() {}

    public var changes: Int {
        copied.local + copied.remote + directoriesCreated.local + directoriesCreated.remote + deleted.local
            + deleted.remote + renamed.local + renamed.remote + conflicts + sourcesDeleted
    }
}
