public import FileModel

/// How a run ended, as users and their scripts read it.
public enum RunStatus: String, Hashable, Sendable, CaseIterable {
    /// Not ended; or the program was killed while it was under way.
    case running
    case success
    case partialFailure = "partial_failure"
    case failure
    /// Another run of the same definition was under way.
    case skipped
}

/// What a run counted.
public struct RunCounters: Hashable, Sendable {
    public var uploaded = 0
    public var downloaded = 0
    public var deleted = 0
    public var conflicts = 0
    public var failed = 0
    public var bytes: Int64 = 0

    public init() {}
}

/// Where a run went, kept apart from the definition, which may change or go.
public struct RunTarget: Hashable, Sendable {
    public var scheme: String
    public var host: String
    public var port: Int
    public var user: String?
    public var folder: String
    public var local: String
    /// `push`, `pull`, `sync` or `test`.
    public var direction: String

    /// The direction of a connection test.
    public static let test = "test"

    public init(
        scheme: String, host: String, port: Int, user: String?, folder: String, local: String, direction: String
    ) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.user = user
        self.folder = folder
        self.local = local
        self.direction = direction
    }
}

/// One row of the history.
public struct RunRecord: Hashable, Sendable {
    public let id: Int64
    public let name: String
    public let target: RunTarget
    public let startedAt: Timestamp
    public let endedAt: Timestamp?
    public let status: RunStatus
    public let exitCode: Int?
    public let statusCode: StatusCode?
    public let counters: RunCounters
    /// One sentence about what went wrong.
    public let message: String?
}

/// How a run ended.
public struct RunOutcome: Hashable, Sendable {
    public var status: RunStatus
    public var exitCode: Int
    public var statusCode: StatusCode
    public var counters: RunCounters
    public var message: String?

    public init(
        status: RunStatus, exitCode: Int, statusCode: StatusCode, counters: RunCounters = RunCounters(),
        message: String? = nil
    ) {
        self.status = status
        self.exitCode = exitCode
        self.statusCode = statusCode
        self.counters = counters
        self.message = message
    }
}
