import FileModel

/// One path as both sides show it now and as the archive remembers it.
public struct PathState: Hashable, Sendable {
    public var sides: Sides<Observation>
    public var record: Record?
    /// The name already marks the loser of an earlier conflict.
    public var isConflictCopy: Bool

    public init(local: Observation, remote: Observation, record: Record? = nil, isConflictCopy: Bool = false) {
        sides = Sides(local: local, remote: remote)
        self.record = record
        self.isConflictCopy = isConflictCopy
    }

    /// What happened to the name on each side since its record.
    public func changes(_ rules: ReconcileRules) -> Sides<Change> {
        Reconciliation(self, rules, Evidence()).changes
    }

    public var swapped: PathState {
        PathState(
            local: sides.remote, remote: sides.local, record: record?.swapped, isConflictCopy: isConflictCopy)
    }
}

/// Decides about one path: the decision table, and nothing but it.
///
/// Asks for `evidence` where listings cannot tell (`.compareContent`, `.examineSubtree`); the caller looks it up and
/// asks again. The result is never one of these two when the evidence asked for is given.
public func reconcile(_ path: PathState, _ rules: ReconcileRules, _ evidence: Evidence = Evidence()) -> Decision {
    Reconciliation(path, rules, evidence).decision()
}

/// The decision under way: the inputs and the changes they amount to.
struct Reconciliation {
    let path: PathState
    let rules: ReconcileRules
    let evidence: Evidence
    let changes: Sides<Change>

    init(_ path: PathState, _ rules: ReconcileRules, _ evidence: Evidence) {
        self.path = path
        self.rules = rules
        self.evidence = evidence
        changes = Sides(
            local: Self.change(.local, path, rules),
            remote: Self.change(.remote, path, rules))
    }

    private static func change(_ side: Side, _ path: PathState, _ rules: ReconcileRules) -> Change {
        Change(
            path.sides[side], since: path.record?.entries[side], syncedAt: path.record?.syncedAt ?? .epoch,
            clockOffset: rules.calibration[side].offset ?? .zero)
    }

    func decision() -> Decision {
        if changes.local == .unknown || changes.remote == .unknown { return Decision(.skip(.unknown), row: 14) }
        let present = Sides(local: path.sides.local.entry, remote: path.sides.remote.entry)
        if holdsUnwantedType(present) { return Decision(.skip(.notAFile), row: 18) }
        switch (present.local, present.remote) {
        case (nil, nil):
            return path.record == nil ? Decision(.nothing, row: 11) : Decision(.forget, row: 11)
        case (.some(let local), nil):
            return oneSided(local, on: .local)
        case (nil, .some(let remote)):
            return oneSided(remote, on: .remote)
        case (.some(let local), .some(let remote)):
            return twoSided(Sides(local: local, remote: remote))
        }
    }

    private func holdsUnwantedType(_ present: Sides<Entry?>) -> Bool {
        Side.allCases.contains { side in
            switch present[side]?.type {
            case .special: true
            case .symbolicLink: rules.links != .link
            default: false
            }
        }
    }

    private func oneSided(_ entry: Entry, on side: Side) -> Decision {
        if let source = rules.mode.source {
            return side == source ? onlyAtSource(entry, source) : onlyAtDestination(source.other)
        }
        return onlyOn(side, entry)
    }

    private func twoSided(_ entries: Sides<Entry>) -> Decision {
        switch (entries.local.isDirectory, entries.remote.isDirectory) {
        case (true, true):
            return bothDirectories
        case (false, false):
            return rules.mode.source.map { oneWayFiles(entries, from: $0) } ?? twoWayFiles(entries)
        case (let localIsDirectory, _):
            let directory: Side = localIsDirectory ? .local : .remote
            return rules.mode.source.map { oneWayTypes(directory: directory, from: $0) }
                ?? twoWayTypes(directory: directory)
        }
    }

    private var bothDirectories: Decision {
        let isRecorded = changes.local == .unchanged && changes.remote == .unchanged && path.record?.state == .clean
        return isRecorded ? Decision(.nothing, row: 1) : Decision(.adopt, row: 6)
    }

    /// A copy of what is on `side`, or the directory it stands for, to a side that has nothing of that name.
    func create(_ entry: Entry, from side: Side, row: Int) -> Decision {
        if entry.isDirectory { return Decision(.createDirectory(on: side.other), row: row == 4 || row == 5 ? 24 : row) }
        return Decision(.copy(from: side, displaced: .nothing), row: row)
    }
}
