public import FileModel

/// The connections to one server and account, shared by everything that works on it.
///
/// **No operation may hold one lease while it waits for another**: with every session held that way nobody would ever
/// get on. Who holds a lease and could use a second one asks with `leaseIfFree`, which never waits for others.
public final class Pool<Connection: PooledConnection>: Sendable {
    public init(
        _ configuration: PoolConfiguration, slots: any ConnectionSlots = UnlimitedSlots(),
        connect: @escaping @Sendable () async throws(StorageError) -> Connection
    ) {}

    /// Waits in turn for a stream.
    ///
    /// - Parameter deadline: the end of the wait; nil is `leaseTimeout` from now.
    /// - Throws: `.timedOut` at the deadline, `.cancelled`, and at once what keeps the pool from connecting when it has
    ///   no connection.
    public func lease(
        _ priority: LeasePriority, deadline: ContinuousClock.Instant? = nil
    ) async throws(StorageError) -> Lease<Connection> {
        preconditionFailure()
    }

    /// Takes a stream that is free, or opens a connection if the cap allows; never waits for other leases to end.
    ///
    /// - Parameter apartFrom: leases whose connections are not wanted, for a transfer that uses several connections.
    /// - Returns: nil when there is none, others wait, or a connection could not be made.
    public func leaseIfFree(
        _ priority: LeasePriority, apartFrom: [Lease<Connection>] = []
    ) async -> Lease<Connection>? {
        preconditionFailure()
    }

    /// Runs `body` with a leased connection.
    ///
    /// The connection is given up when `body` throws `.connectionLost`, `.timedOut` or `.protocolViolation`.
    public func withConnection<Result: Sendable>(
        _ priority: LeasePriority, deadline: ContinuousClock.Instant? = nil,
        _ body: (Connection) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        preconditionFailure()
    }

    /// Whether a lease is being waited for.
    public var hasWaiters: Bool { preconditionFailure() }

    public func snapshot() -> PoolSnapshot { preconditionFailure() }

    /// Forgets a refused login, certificate or host key and any pause: the next lease tries again.
    public func reset() { preconditionFailure() }

    /// Fails every waiter and closes every connection; returns when all have ended.
    public func shutdown() async { preconditionFailure() }
}
