/// What a run is about to do, counted before it writes anything.
public struct RunTotals: Hashable, Sendable {
    /// Records of the archive.
    public var tracked = 0
    /// Names seen on each side.
    public var listed = Sides(local: 0, remote: 0)
    /// Deletions planned on each side, after renames were paired.
    public var deletes = Sides(local: 0, remote: 0)
    /// Files to be overwritten.
    public var overwrites = 0

    public init() {}
}

/// How much a run may delete on one side.
public enum DeleteLimit: Hashable, Sendable {
    case count(Int)
    /// Of the tracked paths; never fewer than 10.
    case percent(Double)
    case off

    public func allowance(tracked: Int) -> Int? {
        switch self {
        case .count(let number): number
        case .percent(let percent): max(10, Int(Double(tracked) * percent / 100))
        case .off: nil
        }
    }
}

/// The checks between planning and the first write.
public struct Guards: Hashable, Sendable {
    public var deleteLimit: DeleteLimit
    /// An empty side is meant.
    public var allowsEmptySide: Bool
    /// Many overwrites are meant.
    public var allowsOverwrites: Bool

    public init(
        deleteLimit: DeleteLimit = .percent(25), allowsEmptySide: Bool = false, allowsOverwrites: Bool = false
    ) {
        self.deleteLimit = deleteLimit
        self.allowsEmptySide = allowsEmptySide
        self.allowsOverwrites = allowsOverwrites
    }

    /// The first guard that stops the run; nil when it may go on.
    public func violation(_ totals: RunTotals) -> GuardViolation? {
        if totals.tracked > 0, !allowsEmptySide, let side = emptySide(totals) {
            return .emptySide(side, tracked: totals.tracked)
        }
        if let violation = excessiveDeletes(totals) { return violation }
        let overwriteLimit = max(20, totals.tracked / 2)
        if !allowsOverwrites, totals.overwrites > overwriteLimit {
            return .overwrites(totals.overwrites, limit: overwriteLimit)
        }
        return nil
    }

    private func emptySide(_ totals: RunTotals) -> Side? {
        Side.allCases.first { totals.listed[$0] == 0 }
    }

    /// An emptied side that was declared as meant explains the deletions on the other one.
    private func excessiveDeletes(_ totals: RunTotals) -> GuardViolation? {
        guard let limit = deleteLimit.allowance(tracked: totals.tracked) else { return nil }
        let side = Side.allCases.first { side in
            totals.deletes[side] > limit && !(allowsEmptySide && totals.listed[side.other] == 0)
        }
        return side.map { .deletes($0, count: totals.deletes[$0], limit: limit) }
    }
}

/// Why a run was stopped before its first write.
public enum GuardViolation: Hashable, Sendable, CustomStringConvertible {
    case emptySide(Side, tracked: Int)
    case deletes(Side, count: Int, limit: Int)
    case overwrites(Int, limit: Int)

    public var description: String {
        switch self {
        case .emptySide(let side, let tracked):
            "the \(side.rawValue) side is empty although \(tracked) paths were synchronised before; "
                + "if that is meant, run once with --allow-empty"
        case .deletes(let side, let count, let limit):
            "\(count) deletions on the \(side.rawValue) side are more than the limit of \(limit); "
                + "if they are meant, run with --max-delete \(count) or --max-delete off"
        case .overwrites(let count, let limit):
            "\(count) files would be overwritten, more than the limit of \(limit); if that is meant, run with --force"
        }
    }
}
