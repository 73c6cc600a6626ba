import FileModel
import SyncCore

/// Tells what a run would do about one path. The comparison is that of a run, so nothing is decided twice.
extension RunSession {
    func explain() throws(StorageError) {
        guard let path = options.explainedPath else { return }
        var explanation = Explanation(path: path)
        explanation.finding = found.findings.max { $0.path.depth < $1.path.depth }
        explanation.step = try plan.step(about: path)
        if explanation.step == nil { explanation.step = try folderRename(above: path) }
        if explanation.step == nil, let above = explanation.finding?.path, above != path {
            explanation.step = try plan.step(about: above)
        }
        explanation.obstacle = guards.violation(try runTotals()).map { "\($0)" }
        report.explanation = explanation
    }
}

extension RunSession {
    /// The renamed folder that takes the path along.
    private func folderRename(above path: RemotePath) throws(StorageError) -> Explanation.Step? {
        for folder in path.ancestors where !folder.isRoot {
            guard let step = try plan.step(about: folder), step.row == 22 else { continue }
            return step
        }
        return nil
    }
}

extension Plan {
    /// The last word on a path: its own step, or the rename that took its name away.
    func step(about path: RemotePath) throws(StorageError) -> Explanation.Step? {
        guard let step = try steps(named: path).first else { return nil }
        return Explanation.Step(
            action: step.action, row: step.decision.row, renamed: step.origin.map { ($0, step.path) }, note: step.note)
    }
}

extension ScanContext {
    /// Whether somebody asks about the path, or about something below it.
    func isAskedAbout(_ path: RemotePath) -> Bool {
        guard let asked = explainedPath else { return false }
        return asked == path || asked.isBelow(path)
    }
}
