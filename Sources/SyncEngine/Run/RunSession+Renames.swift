import FileModel
import SyncCore

extension RunSession {
    /// Turns deletions and copies that are one rename into that rename.
    ///
    /// A one-way run without `mirror` deletes nothing at the destination, and so renames nothing there.
    func pairRenames() throws(StorageError) {
        guard scan.rules.deletes != .never else { return }
        for side in options.mode.source.map({ [$0] }) ?? Side.allCases {
            for pair in try plan.renameCandidates(on: side) { try settle(pair, on: side) }
        }
    }

    private func settle(_ pair: RenameSteps, on side: Side) throws(StorageError) {
        guard let old = try plan.step(pair.old), var new = try plan.step(pair.new),
            isGone(old, on: side), new.action == .copy(from: side, displaced: .nothing),
            let counterpart = old.observed[side.other], let appeared = new.observed[side]
        else { return }
        let candidate = RenameCandidate(
            side: side, recorded: old.recorded, old: counterpart, new: appeared, isOnlyOne: pair.isOnlyOne)
        guard let decision = candidate.decision() else { return }
        new.decision = decision
        new.origin = old.path
        new.recorded = old.recorded
        new.observed[side.other] = counterpart
        try plan.replace(new)
        try plan.remove(old)
    }

    private func isGone(_ step: PlannedStep, on side: Side) -> Bool {
        step.action == .remove(from: side.other) || step.action == .copy(from: side.other, displaced: .nothing)
    }
}
