public import FileModel

/// What happened to a name on one side since its record: the letters of the decision table.
public enum Change: Hashable, Sendable {
    /// `=`
    case unchanged
    /// `=`, but written so close to the last run that a second write could hide behind the same time and size.
    case racy
    /// `M`
    case modified
    /// `N`: present without a record.
    case new
    /// `D`: proven deleted.
    case deleted
    /// `A`: absent without a record.
    case absent
    /// `X`
    case unknown

    /// Whether the side holds something that its record does not describe.
    public var isEdit: Bool { self == .modified || self == .new }

    /// Compares a side with its own last-synced state, never with the other side.
    ///
    /// - Parameter record: the side's entry in the archive; nil when it had none.
    public init(_ observation: Observation, since record: Entry?, syncedAt: Timestamp, clockOffset: Duration = .zero) {
        switch (observation, record) {
        case (.unknown, _): self = .unknown
        case (.absent, nil): self = .absent
        case (.absent, .some): self = .deleted
        case (.present, nil): self = .new
        case (.present(let entry), .some(let old)):
            guard Difference.between(old, entry) == .none else {
                self = .modified
                return
            }
            self = entry.isRacy(syncedAt: syncedAt, clockOffset: clockOffset) ? .racy : .unchanged
        }
    }
}

extension Entry {
    /// Whether a write right after `syncedAt` could have left this size and time unchanged.
    ///
    /// - Parameter clockOffset: what to add to the side's times to get local time.
    func isRacy(syncedAt: Timestamp, clockOffset: Duration) -> Bool {
        guard type != .directory, let modified else { return false }
        let distance = modified.time.advanced(by: clockOffset).duration(since: syncedAt)
        let window = max(modified.resolution.duration, .seconds(3))
        return distance <= window && distance >= .zero - window
    }
}
