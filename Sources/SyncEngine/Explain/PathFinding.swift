public import FileModel
public import SyncCore

/// What comparing a folder came to for one name in it, for whoever asks about that name.
public struct PathFinding: Sendable {
    public var path: RemotePath
    public var observed: Sides<Entry?>
    public var record: Record?
    public var changes: Sides<Change>
    public var decision: Decision
    /// What the reason alone does not say.
    public var note: String?
    /// Why a filter leaves it out; nil when it takes part.
    public var exclusion: String?
}

/// What a run would do about one path, and why.
public struct Explanation: Sendable {
    public var path: RemotePath
    /// The path itself, or the nearest folder above that the comparison came to; nil when there is no trace of either.
    public var finding: PathFinding?
    /// The step of the plan after all evidence was looked at and renames were paired; nil where nothing is to be done.
    public var step: Step?
    /// Why a run would stop before its first change.
    public var obstacle: String?

    public struct Step: Sendable {
        public var action: Action
        public var row: Int
        /// The other name of a rename.
        public var renamed: (from: RemotePath, to: RemotePath)?
        public var note: String?
    }
}
