public import FileModel

/// What a pool is doing, for status displays.
public struct PoolSnapshot: Hashable, Sendable {
    public var name: String
    /// The configured cap.
    public var maximumConnections: Int
    /// The server's own smaller limit, where it was met.
    public var learnedLimit: Int?
    /// When one session more than that will be tried, if somebody needs it.
    public var limitProbe: PoolInstant?
    public var open: Int
    /// Open connections without a lease.
    public var idle: Int
    public var connecting: Int
    /// Connections that wait for a slot because other programs hold them all.
    public var waitingForSlot: Int
    public var closing: Int
    public var leases: Int
    /// Connections that carry downloads, and uploads.
    public var downloadStreams: Int
    public var uploadStreams: Int
    public var waiters: Int
    /// The last failed attempt since the last good one.
    public var lastError: StorageError?
    /// No attempt is made before this moment.
    public var backOffUntil: PoolInstant?
    /// `lastError` will not go away by itself: no attempt is made before `stoppedUntil` or `Pool.reset()`.
    public var isStopped: Bool
    /// nil while `isStopped`: until the pool is reset.
    public var stoppedUntil: PoolInstant?
}
