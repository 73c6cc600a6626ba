import FileModel
import RemoteFileSystem
import SyncCore

extension RunSession {
    /// What the operation writes, and under which temporary names.
    func intents(_ operation: Operation) -> [Intent] {
        let step = operation.step
        switch step.action {
        case .copy(let from, _): return [intent(operation, step.path, from: from)].compactMap { $0 }
        case .rename(_, let from?): return [intent(operation, step.path, from: from)].compactMap { $0 }
        case .replaceWithFile(let side): return [intent(operation, step.path, from: side.other)].compactMap { $0 }
        case .conflict(let winner):
            let copy = operation.conflictCopy ?? step.path
            return [
                intent(operation, step.path, from: winner, kept: copy), intent(operation, copy, from: winner.other),
            ].compactMap { $0 }
        case .separate(let side):
            return [intent(operation, operation.conflictCopy ?? step.path, from: side)].compactMap { $0 }
        default: return []
        }
    }

    /// - Parameter path: written to; a conflict copy's has the step's second number.
    private func intent(_ operation: Operation, _ path: RemotePath, from side: Side, kept: RemotePath? = nil) -> Intent?
    {
        let step = operation.step
        let target = replicas[side.other]
        guard let source = step.observed[side] else { return nil }
        let number = operation.number + (path == step.path ? 0 : 1)
        let temporary = StepRunner(context: context).temporary(for: step.path, number, on: target.side)
        let isDirect =
            conditions.writesInPlace(target.side) || (target.side == .remote && !target.names.usesTemporaries)
        return Intent(
            operation: number, path: path, side: target.side, temporary: isDirect ? path : temporary, kept: kept,
            source: source, target: path == step.path ? step.observed[target.side] : nil)
    }
}
