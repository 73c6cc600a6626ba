import FileModel
import SyncCore

/// What a run will do about one path, with what was seen when that was decided.
struct PlannedStep: Hashable, Sendable {
    /// Position in the plan; 0 before it is in one.
    var sequence: Int64 = 0
    var path: RemotePath
    var decision: Decision
    var observed: Sides<Entry?>
    var recorded: Sides<Entry?>
    /// When both sides were read, by the local clock.
    var observedAt: Timestamp
    /// Earlier refusals of a deletion.
    var attempts = 0
    /// The old name of a renamed file.
    var origin: RemotePath?
    /// Why the path is skipped, where the reason alone does not say.
    var note: String?

    var action: Action { decision.action }
    var isDirectory: Bool { (observed.local ?? observed.remote)?.isDirectory ?? false }

    /// Bytes that the step moves.
    var byteCount: Int64 {
        switch action {
        case .copy(let from, _): observed[from]?.size ?? 0
        case .rename(_, let source?): observed[source]?.size ?? 0
        case .replaceWithFile(let side): observed[side.other]?.size ?? 0
        case .separate(let side): observed[side]?.size ?? 0
        case .conflict: (observed.local?.size ?? 0).addingOrMaximum(observed.remote?.size ?? 0)
        default: 0
        }
    }

    var overwrites: Bool {
        switch action {
        case .copy(_, let displaced): displaced != .nothing
        case .replaceWithDirectory, .replaceWithFile: true
        default: false
        }
    }
}

/// When a step happens: parents before children, deletions last and deepest first.
enum PlanPhase: Int, CaseIterable, Sendable {
    /// Nothing but records.
    case records
    /// Directories made, by depth.
    case directories
    case renames
    case transfers
    case fileDeletions
    /// Directories removed, deepest first.
    case directoryDeletions
    /// Nothing to do but to say why.
    case skipped
    /// Not decided yet: evidence is missing.
    case open

    init(_ step: PlannedStep) {
        switch step.action {
        case .nothing, .adopt, .forget: self = .records
        case .createDirectory, .replaceWithDirectory, .separate: self = .directories
        case .rename: self = .renames
        case .copy, .conflict, .replaceWithFile: self = .transfers
        case .remove: self = step.isDirectory ? .directoryDeletions : .fileDeletions
        case .skip: self = .skipped
        case .compareContent, .examineSubtree: self = .open
        }
    }

    /// Whether steps of different depths must not overlap.
    var goesByDepth: Bool { self == .directories || self == .directoryDeletions }
}
