public import FileModel

/// What is known about a server and account beyond one pool: between the runs of a program, and between programs.
///
/// A pool asks before each connection it makes, and tells what it learns, one call after the other.
public protocol ServerRecord: Sendable {
    /// Cheap, as it precedes every connection. What cannot be read is unknown.
    func recall() async -> ServerKnowledge

    /// Keeps an event for other programs and later runs.
    func remember(_ event: ServerEvent) async
}

/// What a pool should know before it connects. Times are durations from now: a pool has no calendar.
public struct ServerKnowledge: Hashable, Sendable {
    public var limit: RememberedLimit?
    /// The server refused these very credentials, and they are not to be tried again yet.
    public var refusal: RememberedRefusal?
    /// How long ago these very credentials were good.
    public var sinceLogin: Duration?
    /// Sessions that the server let this account have at once not long ago.
    public var sessionsHeld: Int?

    public init(
        limit: RememberedLimit? = nil, refusal: RememberedRefusal? = nil, sinceLogin: Duration? = nil,
        sessionsHeld: Int? = nil
    ) {
        self.limit = limit
        self.refusal = refusal
        self.sinceLogin = sinceLogin
        self.sessionsHeld = sessionsHeld
    }
}

/// The server's own limit of sessions for all programs of this machine together.
public struct RememberedLimit: Hashable, Sendable {
    public var maximum: Int
    /// From now until one session more is tried; not positive when it may be tried at once.
    public var untilProbe: Duration
    /// The pause before that, which doubles when the server refuses again.
    public var interval: Duration

    public init(maximum: Int, untilProbe: Duration, interval: Duration) {
        self.maximum = maximum
        self.untilProbe = untilProbe
        self.interval = interval
    }
}

/// A refused login that is not repeated for a while, so that the account is not locked.
public struct RememberedRefusal: Hashable, Sendable {
    /// Says since when, what the server said, and how to try again.
    public var error: StorageError
    public var retryIn: Duration

    public init(error: StorageError, retryIn: Duration) {
        self.error = error
        self.retryIn = retryIn
    }
}

/// What a pool has learned.
public enum ServerEvent: Hashable, Sendable {
    /// The credentials are good. Told at most once a minute.
    case loggedIn
    /// The server refused the credentials, and not because of a limit.
    case loginRefused(StorageError)
    case limitLearned(RememberedLimit)
    /// All sessions that the configuration allows were open.
    case limitForgotten
    /// So many sessions were open at once; told at the end of a pool that had more than was known.
    case sessionsHeld(Int)
}
