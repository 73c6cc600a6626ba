public import FileModel

/// One file of sync.d: a folder kept equal to a folder on a server.
public struct SyncDefinition: Hashable, Sendable {
    /// Empty for two folders named on the command line.
    public var name: String
    public var remote: RemoteDefinition
    /// The name in mounts.d that `remote` was taken from.
    public var remoteName: String?
    public var direction: SyncDirection
    /// An absolute path.
    public var local: String
    /// The folder on the server.
    public var folder: RemoteFolder
    public var enabled: Bool
    public var createRoot: Bool
    /// A glob.
    public var mainFile: String?
    public var sequential: Bool
    /// nil is run by hand.
    public var schedule: ScheduleDefinition?
    public var filter: FilterDefinition
    public var delete: DeleteDefinition
    public var conflict: ConflictPolicy
    public var transfer: TransferDefinition
    public var after: AfterDefinition

    /// Whether no file defines it.
    public var isAdHoc: Bool { name.isEmpty }
}

/// [schedule]
public struct ScheduleDefinition: Hashable, Sendable {
    public enum Trigger: Hashable, Sendable {
        case every(Duration)
        case cron(CronExpression)
    }

    public var trigger: Trigger
    /// nil is this machine's zone.
    public var timezone: ZoneName?
    public var jitter: Duration
    public var catchUp: Bool
    public var overlap: OverlapPolicy
    public var maximumRuntime: Duration?
    public var holidays: Set<CalendarDate>

    public init(
        trigger: Trigger, timezone: ZoneName? = nil, jitter: Duration = .zero, catchUp: Bool = true,
        overlap: OverlapPolicy = .skip, maximumRuntime: Duration? = nil, holidays: Set<CalendarDate> = []
    ) {
        self.trigger = trigger
        self.timezone = timezone
        self.jitter = jitter
        self.catchUp = catchUp
        self.overlap = overlap
        self.maximumRuntime = maximumRuntime
        self.holidays = holidays
    }
}

/// [filter]
public struct FilterDefinition: Hashable, Sendable {
    /// `+ glob` or `- glob`; the first match wins.
    public var rules: [String]
    public var ignoreFile: String?
    public var minimumSize: ByteCount
    public var maximumSize: ByteCount?
    public var minimumAge: Duration?
    public var maximumAge: Duration?
    public var symlinks: SymlinkPolicy
    public var settle: Duration
}

/// [delete]
public struct DeleteDefinition: Hashable, Sendable {
    public var mode: DeleteMode
    public var mirror: Bool
    public var maximum: CountLimit
    /// nil keeps the trash for ever.
    public var trashDays: Int?
}

/// [transfer]
public struct TransferDefinition: Hashable, Sendable {
    /// nil lets the engine choose.
    public var parallel: Int?
    /// With `{name}` and `{id}`; nil writes in place.
    public var temporaryName: String?
    public var resume: Bool
    public var verify: VerificationMode
    public var keepModificationTime: Bool
    public var overwrite: OverwritePolicy
}

/// [after]
public struct AfterDefinition: Hashable, Sendable {
    public var source: SourceDisposition
    public var deleteEmptyFolders: Bool
    public var triggerFile: String?
    /// Program and arguments; empty runs nothing.
    public var onSuccess: [String]
    public var onFailure: [String]
}
