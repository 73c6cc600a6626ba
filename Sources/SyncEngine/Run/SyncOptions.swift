public import FileModel
public import SyncCore

/// Every setting of one synchronisation, as a definition or a command line gives it.
public struct SyncOptions: Sendable {
    /// Of the definition; names its archive and its lock.
    public var name: String
    public var localRoot: String
    public var mode: SyncMode
    public var filter = SyncFilter()

    // Roots
    /// Make roots that do not exist.
    public var createsRoots = false
    /// A file that must exist at both roots; nil for no such check.
    public var markerFile: RemotePath?

    // Deleting and conflicts
    public var deletes = DeleteMode.trash
    public var deleteLimit = DeleteLimit.percent(25)
    public var trashDays = 30
    public var conflict = ConflictPolicy.newer
    public var overwrite = OverwritePolicy.ifDifferent
    public var allowsEmptySide = false
    /// Switches off the guard against many overwrites.
    public var force = false

    // Transfer
    /// Files in flight at once; nil lets the remote's capabilities decide.
    public var parallel: Int?
    /// One file at a time, in the order of their paths.
    public var isSequential = false
    /// `{name}` and `{id}` are replaced; empty writes in place.
    public var temporaryName = ".{name}.{id}.part"
    public var resumes = true
    public var verification = Verification.size
    public var keepsTimes = true
    public var durability = Durability.batch
    /// Bytes per second in each direction; nil for no limit.
    public var bandwidthLimit: Int64?
    /// Stays free on the local disk, whatever is under way at the same time.
    public var reserve: Int64 = 64 << 20
    /// Content is compared only up to this size.
    public var contentLimit: Int64 = 16 << 20
    public var retries = RetryPolicy()
    /// How long operations under way may take after `stop()`.
    public var stopGrace: Duration = .seconds(30)

    // Names
    public var localFolding = NameFolding.none
    public var remoteFolding = NameFolding.none

    // Afterwards
    /// Delete each file at the source once its copy was verified (one-way only).
    public var deletesSource = false
    /// Remove folders at the source that this run emptied.
    public var deletesEmptyFolders = false
    /// Written last, at the destination, after a full success.
    public var triggerFile: RemotePath?
    /// A glob: the run's status is that of the files it matches.
    public var mainFile: String?

    /// Decide and report, change nothing.
    public var isDryRun = false
    /// The report is to explain what would be done about this path, and why (in a dry run).
    public var explainedPath: RemotePath?
    /// The plan is written down (in a dry run), or was.
    public var planFile = PlanFileUse.none

    public init(name: String, localRoot: String, mode: SyncMode) {
        self.name = name
        self.localRoot = localRoot
        self.mode = mode
    }

    public enum Verification: String, Hashable, Sendable, Codable {
        case size
        /// The server computes a checksum of the file; where it cannot, the file is read back and compared.
        case checksum
    }

    /// When copies made on the local disk survive a power cut.
    public enum Durability: String, Hashable, Sendable, Codable {
        /// Before the archive says that they exist (syncfs(2), once per batch).
        case batch
        /// File by file (fsync(2)).
        case file
        case none
    }
}
