import FileModel

/// A name that is gone on one side and another one that appeared there: perhaps the same file.
public struct RenameCandidate: Hashable, Sendable {
    /// Where the file seems to have been renamed.
    public var side: Side
    /// The record of the old name.
    public var recorded: Sides<Entry?>
    /// What stands under the old name on the other side.
    public var old: Entry
    /// What appeared under the new name.
    public var new: Entry
    /// No other deleted and no other new file of that side has this size and time.
    public var isOnlyOne: Bool

    public init(side: Side, recorded: Sides<Entry?>, old: Entry, new: Entry, isOnlyOne: Bool) {
        self.side = side
        self.recorded = recorded
        self.old = old
        self.new = new
        self.isOnlyOne = isOnlyOne
    }

    /// What to do under the new name instead of a copy and a deletion; nil when they are two files.
    public func decision() -> Decision? {
        guard let before = recorded[side], let counterpart = recorded[side.other], before.type == .regular,
            new.type == .regular, before.size == new.size
        else { return nil }
        let isUnedited = Difference.between(before, new) == .none
        let isUneditedThere = Difference.between(counterpart, old) == .none
        if let identity = before.identity, identity == new.identity {
            switch (isUnedited, isUneditedThere) {
            case (true, true): return Decision(.rename(on: side.other, thenCopyFrom: nil), row: 19)
            case (false, true): return Decision(.rename(on: side.other, thenCopyFrom: side), row: 19)
            case (true, false): return Decision(.rename(on: side.other, thenCopyFrom: side.other), row: 23)
            case (false, false): return nil
            }
        }
        let hasNoIdentities = before.identity == nil || new.identity == nil
        guard hasNoIdentities, isOnlyOne, isUnedited, isUneditedThere, new.size > 0, new.modified != nil else {
            return nil
        }
        return Decision(.rename(on: side.other, thenCopyFrom: nil), row: 20)
    }
}
