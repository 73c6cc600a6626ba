import FileModel
import SyncCore

/// A folder that was renamed on one side is renamed on the other in one go (row 22 of the decision table).
///
/// That is so when its files were paired one by one, each with the same name in the old folder, and nothing speaks
/// against it: nothing else is to happen in the old folder, and nothing has to be in the new one before.
extension RunSession {
    func pairFolderRenames() throws(StorageError) {
        guard scan.rules.deletes != .never, !archive.header.refusesFolderRenames else { return }
        for side in options.mode.source.map({ [$0] }) ?? Side.allCases {
            for depth in try plan.depths(.directories) {
                var last: Int64 = 0
                while case let steps = try plan.steps(.directories, depth: depth, after: last), let end = steps.last {
                    last = end.sequence
                    for step in steps where step.action == .createDirectory(on: side.other) {
                        try pairFolder(step, renamedOn: side)
                    }
                }
            }
        }
    }

    private func pairFolder(_ new: PlannedStep, renamedOn side: Side) throws(StorageError) {
        // A folder further up may have taken it along.
        guard try plan.step(new.sequence) == new, let source = try plan.firstOrigin(below: new.path),
            let old = try plan.steps(named: source).first, isGoneFolder(old, on: side)
        else { return }
        let pair = FolderPair(old: old.path, new: new.path, side: side)
        guard try newFolderAgrees(pair), try oldFolderAgrees(pair) else { return }
        try settle(pair, old, new)
    }

    private func isGoneFolder(_ step: PlannedStep, on side: Side) -> Bool {
        step.action == .remove(from: side.other) && step.observed[side.other]?.isDirectory == true
            && step.observed[side] == nil
    }

    // MARK: - What speaks against it

    private func newFolderAgrees(_ pair: FolderPair) throws(StorageError) -> Bool {
        var paired = 0
        let agrees = try plan.allSteps(below: pair.new) { step throws(StorageError) in
            switch step.action {
            case .rename(on: pair.side.other, _):
                paired += 1
                return step.origin == pair.counterpart(of: step.path)
            case .createDirectory(on: pair.side.other):
                guard let before = pair.counterpart(of: step.path), let old = try plan.steps(named: before).first
                else { return false }
                return isGoneFolder(old, on: pair.side)
            case .copy(from: pair.side, displaced: .nothing): return true
            default: return false
            }
        }
        return agrees && paired > 0
    }

    private func oldFolderAgrees(_ pair: FolderPair) throws(StorageError) -> Bool {
        try plan.allSteps(below: pair.old) { step throws(StorageError) in
            guard isGoneFolder(step, on: pair.side), let after = pair.successor(of: step.path),
                let new = try plan.steps(named: after).first
            else { return false }
            return new.action == .createDirectory(on: pair.side.other)
        }
    }

    // MARK: - The pair

    private func settle(_ pair: FolderPair, _ old: PlannedStep, _ new: PlannedStep) throws(StorageError) {
        _ = try plan.allSteps(below: pair.old) { step throws(StorageError) in
            try plan.remove(step)
            return true
        }
        _ = try plan.allSteps(below: pair.new) { step throws(StorageError) in
            try takeAlong(step)
            return true
        }
        try plan.remove(old)
        var new = new
        new.decision = Decision(.rename(on: pair.side.other, thenCopyFrom: nil), row: 22)
        new.origin = old.path
        new.recorded = old.recorded
        new.observed[pair.side.other] = old.observed[pair.side.other]
        try plan.replace(new)
    }

    /// What moves with the folder needs no step; an edit of its own follows as a copy.
    private func takeAlong(_ step: PlannedStep) throws(StorageError) {
        switch step.action {
        case .rename(_, let source?):
            var copy = step
            copy.decision = Decision(.copy(from: source, displaced: .superseded), row: step.decision.row)
            copy.origin = nil
            try plan.replace(copy)
        case .rename, .createDirectory: try plan.remove(step)
        default: break
        }
    }
}

/// The old and the new name of a folder.
private struct FolderPair {
    let old: RemotePath
    let new: RemotePath
    /// Where it was renamed by its user.
    let side: Side

    /// Where something in the new folder was before.
    func counterpart(of path: RemotePath) -> RemotePath? { path.relative(to: new).map { old.appending($0) } }

    /// Where something of the old folder is now.
    func successor(of path: RemotePath) -> RemotePath? { path.relative(to: old).map { new.appending($0) } }
}

extension Plan {
    /// The folder that the first rename below a folder says it was before: the rename's origin without what follows.
    fileprivate func firstOrigin(below folder: RemotePath) throws(StorageError) -> RemotePath? {
        var found: RemotePath?
        _ = try allSteps(below: folder) { step in
            guard let origin = step.origin, let rest = step.path.relative(to: folder) else { return true }
            var before = origin
            for _ in 0..<rest.depth { before = before.parent ?? .root }
            if !before.isRoot, before.appending(rest) == origin { found = before }
            return false
        }
        return found
    }

    /// Whether `body` says yes to all steps below a folder, in the order of their paths; it may change or remove the one it
    /// is given. Ends at the first no.
    fileprivate func allSteps(
        below folder: RemotePath, _ body: (PlannedStep) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        let end = PathKey.below(folder).end
        var after = PathKey.bytes(folder)
        while true {
            let page = try steps(between: after, and: end, limit: 500)
            for step in page where try !body(step) { return false }
            guard let last = page.last else { return true }
            after = PathKey.bytes(last.path)
        }
    }
}
