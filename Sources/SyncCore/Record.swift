public import FileModel

/// The archive's row of one path: what each side reported when the two were last known to be equal.
public struct Record: Hashable, Sendable {
    /// nil: the name was absent on that side (`tombstone`, `deletePending`).
    public var entries: Sides<Entry?>
    /// When the entries were read, by the local clock.
    public var syncedAt: Timestamp
    public var state: State

    public enum State: Hashable, Sendable {
        case clean
        /// Gone on one side by our own hand or by the user's choice, and meant to stay on the other.
        case tombstone
        /// Deleted on one side; the other refused so far. `attempts` counts the refusals, the last at `syncedAt`.
        case deletePending(attempts: Int)
        /// The last upload of a change was refused; the entries are older than that change.
        case blocked
    }

    public init(local: Entry?, remote: Entry?, syncedAt: Timestamp, state: State = .clean) {
        entries = Sides(local: local, remote: remote)
        self.syncedAt = syncedAt
        self.state = state
    }

    /// How long a deletion that was refused so many times waits for the next attempt: 1, 2, 4… minutes, a day at most.
    public static func deletionWait(after attempts: Int) -> Duration {
        .seconds(min(86_400, 60 << min(max(attempts, 1) - 1, 11)))
    }

    /// The sides exchanged.
    public var swapped: Record {
        Record(local: entries.remote, remote: entries.local, syncedAt: syncedAt, state: state)
    }
}
