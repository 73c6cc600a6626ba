/// What is to be done about one path, and which row of the decision table says so.
public struct Decision: Hashable, Sendable {
    public var action: Action
    /// The row of the decision table; 0 where the paths of a one-way run need none.
    public var row: Int

    public init(_ action: Action, row: Int) {
        self.action = action
        self.row = row
    }

    /// The sides exchanged.
    public var swapped: Decision { Decision(action.swapped, row: row) }
}

public enum Action: Hashable, Sendable {
    case nothing
    /// Both sides hold the same: write the record.
    case adopt
    /// Drop the record, and those of everything below.
    case forget
    /// Copies a file or link to the other side.
    case copy(from: Side, displaced: Displaced)
    case createDirectory(on: Side)
    /// Renames a file on `on` as it was renamed on the other side; then copies its content where that was edited too.
    case rename(on: Side, thenCopyFrom: Side?)
    /// Deletes a file, a link, or a directory if it is empty by then.
    case remove(from: Side)
    /// The file that is on `on` goes to trash, and a directory takes its name.
    case replaceWithDirectory(on: Side)
    /// The whole subtree that is on `on` goes to trash, and the other side's file is copied there.
    case replaceWithFile(on: Side)
    /// Both sides changed: the winner keeps the name, the loser becomes a conflict copy on both sides.
    case conflict(winner: Side)
    /// A file on `fileOn` met a directory: the file becomes a conflict copy, the directory keeps the name.
    case separate(fileOn: Side)
    /// Compare the contents, then decide again with `Evidence.content`.
    case compareContent
    /// Look whether everything below the directory on `on` is unchanged, then decide again with `Evidence.subtree`.
    case examineSubtree(on: Side)
    case skip(SkipReason)

    public var swapped: Action {
        switch self {
        case .nothing, .adopt, .forget, .compareContent, .skip: self
        case .copy(let side, let displaced): .copy(from: side.other, displaced: displaced)
        case .createDirectory(let side): .createDirectory(on: side.other)
        case .rename(let side, let source): .rename(on: side.other, thenCopyFrom: source?.other)
        case .remove(let side): .remove(from: side.other)
        case .replaceWithDirectory(let side): .replaceWithDirectory(on: side.other)
        case .replaceWithFile(let side): .replaceWithFile(on: side.other)
        case .conflict(let side): .conflict(winner: side.other)
        case .separate(let side): .separate(fileOn: side.other)
        case .examineSubtree(let side): .examineSubtree(on: side.other)
        }
    }
}

/// What a copy finds at its destination.
public enum Displaced: String, Hashable, Sendable {
    case nothing
    /// Content that both sides had at the last run.
    case superseded
    /// Content that only the destination has: it must stay recoverable.
    case unsynced
}

/// Why a path is left as it is in this run.
public enum SkipReason: String, Hashable, Sendable {
    /// The listing of its folder is incomplete.
    case unknown
    /// A link, or a special file such as a socket.
    case notAFile = "special"
    case unstable
    /// Its name and another one are the same name to the other side.
    case nameCollision = "name_collision"
    /// The other side cannot hold the name.
    case unholdableName = "unholdable_name"
    /// The conflict policy is `skip`.
    case conflict
    /// A file stands where the source has a folder's content, or the reverse, and nothing may be deleted.
    case typeDiffers = "type_differs"
    /// Deleted on one side; the other refused the deletion not long ago.
    case deletePending = "delete_pending"
}

/// What had to be looked up because listings could not tell.
public struct Evidence: Hashable, Sendable {
    public var content: Content?
    public var subtree: Subtree?

    public enum Content: Hashable, Sendable {
        case equal, different
        /// Too large to compare, or it could not be read.
        case unavailable
    }

    public enum Subtree: Hashable, Sendable {
        case unchanged, changed
        /// Some folder in it could not be listed.
        case unknown
    }

    public init(content: Content? = nil, subtree: Subtree? = nil) {
        self.content = content
        self.subtree = subtree
    }
}
