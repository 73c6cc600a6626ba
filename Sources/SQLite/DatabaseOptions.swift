import CSQLite

/// How a database is opened.
public struct DatabaseOptions: Hashable, Sendable {
    public var access = Access.createIfMissing
    public var durability = Durability.full
    /// How long a statement waits for another process's transaction before it throws `.busy`.
    public var busyTimeout: Duration = .seconds(10)
    /// Marks the file as ours: set in a new file, required of an existing one. 0 does neither.
    public var applicationID: Int32 = 0
    /// The log (FILE-wal) stays when the last connection closes. Moving its content into the file then, and beginning a new log
    /// the next time, waits four times for the disk; it is moved once it holds 1000 pages all the same.
    public var keepsLog = false

    public init(
        access: Access = .createIfMissing, durability: Durability = .full, busyTimeout: Duration = .seconds(10),
        applicationID: Int32 = 0, keepsLog: Bool = false
    ) {
        self.access = access
        self.durability = durability
        self.busyTimeout = busyTimeout
        self.applicationID = applicationID
        self.keepsLog = keepsLog
    }

    public enum Access: Hashable, Sendable {
        case readOnly, readWrite, createIfMissing

        var flags: CInt {
            switch self {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite, .createIfMissing: SQLITE_OPEN_READWRITE
            }
        }
    }

    /// What a committed transaction survives (PRAGMA synchronous, in WAL mode).
    public enum Durability: String, Hashable, Sendable {
        /// A crash of the machine.
        case full = "FULL"
        /// A crash of the program; a crash of the machine may take the last transactions, never the consistency.
        case normal = "NORMAL"
        /// A crash of the program only; for what can be made again.
        case off = "OFF"
    }
}
