public import FileModel
public import SyncCore

/// Follows a run. Called from several tasks; must return at once.
public protocol SyncObserver: Sendable {
    func observe(_ event: SyncEvent)
}

public enum SyncEvent: Sendable {
    /// Directories compared and names seen so far.
    case scanning(directories: Int, listed: Sides<Int>)
    /// What is going to be done; before the first write.
    case planned(PlanTotals)
    /// One path was changed, or would be (`SyncOptions.isDryRun`).
    case change(SyncChange)
    /// Bytes that reached `to` since the last event.
    case transferred(bytes: Int64, to: Side)
    /// An operation is tried again after `error`.
    case retrying(path: RemotePath, StorageError)
    case problem(SyncProblem)
    case warning(String)
}

/// One line of a run's report.
public struct SyncChange: Hashable, Sendable {
    public var kind: Kind
    public var path: RemotePath
    /// The side that was changed.
    public var side: Side
    public var bytes: Int64
    /// The row of the decision table that led to it.
    public var row: Int
    /// The new name of a conflict copy or of a renamed path; why a path was skipped.
    public var target: RemotePath?

    public enum Kind: String, Hashable, Sendable, Codable {
        case copy, createDirectory = "create-directory", delete, rename, conflict
        /// A file and a folder met: the file became a conflict copy.
        case separate
        /// A file gave way to a folder, or the reverse.
        case replace
        case deleteSource = "delete-source"
    }

    init(_ kind: Kind, _ path: RemotePath, on side: Side, bytes: Int64 = 0, row: Int, target: RemotePath? = nil) {
        self.kind = kind
        self.path = path
        self.side = side
        self.bytes = bytes
        self.row = row
        self.target = target
    }
}

/// A path that could not be brought up to date in this run.
public struct SyncProblem: Hashable, Sendable {
    public var path: RemotePath
    public var error: StorageError
    /// A path left alone for a reason that is no failure, such as a file still being written.
    public var isSkip: Bool
    public var reason: SkipReason?

    init(_ path: RemotePath, _ error: StorageError) {
        self.path = path
        self.error = error
        isSkip = false
        reason = nil
    }

    init(_ path: RemotePath, skipped reason: SkipReason, note: String?) {
        self.path = path
        self.reason = reason
        isSkip = !reason.isFailure
        error = StorageError(.failed, "\(path) \(note ?? reason.sentence)")
    }
}

extension SkipReason {
    /// Whether the run counts as not quite done because of it.
    var isFailure: Bool {
        switch self {
        case .unknown, .nameCollision, .unholdableName, .typeDiffers: true
        case .notAFile, .unstable, .conflict, .deletePending: false
        }
    }

    /// Why it is left alone; completes "NAME …".
    public var sentence: String {
        switch self {
        case .unknown: "could not be listed completely, so nothing below it was touched"
        case .notAFile: "is a link or a special file and was skipped"
        case .unstable: "is still being changed and was left for the next run"
        case .nameCollision: "is the same name as another one to the other side"
        case .unholdableName: "has a name that the other side cannot hold"
        case .conflict: "was changed on both sides and was left as it is (conflict policy skip)"
        case .typeDiffers: "is a folder with other content at the destination; use --delete to replace it"
        case .deletePending: "could not be deleted and will be tried again later"
        }
    }
}
