import FileModel
import SyncCore

/// One file or link to be brought from one side to the other.
struct CopyOrder: Sendable {
    /// Where it is read, and where it is written; the same but for conflict copies.
    var sourcePath: RemotePath
    var path: RemotePath
    var from: Side
    /// As seen when the plan was made; anything else now means that it is still being changed.
    var source: Entry
    /// What stands at the destination, seen at the same time.
    var target: Entry?
    var keep: Keep = .nothing
    var temporary: RemotePath
    /// A temporary file of an earlier attempt may be continued.
    var mayResume = false

    /// What happens to the content that is replaced.
    enum Keep: Hashable, Sendable {
        case nothing
        /// Kept in trash where that takes no moment without the name.
        case inTrashIfLinkable
        case inTrash
        /// Kept under this name: the loser of a conflict.
        case at(RemotePath)
    }
}

/// How a copy ended.
enum CopyOutcome: Sendable {
    /// What each side reports now.
    case copied(Sides<Entry>)
    /// One of the two is not as it was when the plan was made; nothing was changed.
    case changedMeanwhile
}
