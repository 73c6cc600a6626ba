import FileModel
import SyncCore

/// What came of one step, for the archive and for the report.
struct StepOutcome: Sendable {
    var step: PlannedStep
    var records: [RecordChange] = []
    var changes: [SyncChange] = []
    var problem: SyncProblem?
    /// The connection failed for good: nothing more can be done in this run.
    var lostSession = false
    /// Something may lie about under the temporary name: a later run has to look.
    var keepsIntent = false
    /// Cut short from outside: neither done nor failed.
    var wasCancelled = false

    init(_ step: PlannedStep) { self.step = step }

    mutating func skip(_ reason: SkipReason, note: String? = nil) {
        problem = SyncProblem(step.path, skipped: reason, note: note)
    }

    var touchesLocalDisk: Bool { changes.contains { $0.side == .local } }
}

/// A step with the numbers and names that its execution uses.
struct Operation: Sendable {
    var step: PlannedStep
    /// Names the temporary file; the following number, too, belongs to this step.
    var number: Int64
    /// Where the loser of a conflict is to be kept.
    var conflictCopy: RemotePath?
    /// The temporary file of an interrupted run that may be continued.
    var resumes: Intent?
}
