public import FileModel

/// What the pool needs of a connection; everything else is between the connection and who leases it.
///
/// A connection ends in bounded time after `close()`: the pool counts it against the cap until `onClose` fires.
/// One that cannot go on after a failed or cancelled call closes itself.
public protocol PooledConnection: Sendable {
    /// Registers the one observer of the connection's end.
    ///
    /// `body` is called exactly once, when the connection ends for whatever reason, and at once if it already has.
    /// Its argument is nil after an orderly `close()`. It may be called on any thread and must not block.
    func onClose(_ body: @escaping @Sendable (StorageError?) -> Void)

    /// Streams that a connection to this server carries, where it said so; it replaces the configured number.
    var streamCapacity: Int? { get }

    /// Whether a login keeps the server busy for longer than many calls do: see `LoginPace`.
    var hasDearLogin: Bool { get async }

    /// Shows the server a sign of life and checks that it answers. Called only while a stream is free.
    func keepAlive() async throws(StorageError)

    /// Ends the connection in order; calls under way on it fail. May be called again.
    ///
    /// - Parameter awaitsAnswer: whether to wait until the server has taken note, since others may open sessions at once.
    func close(awaitsAnswer: Bool) async
}

extension PooledConnection {
    public var streamCapacity: Int? { nil }
    public var hasDearLogin: Bool { false }
    public func close() async { await close(awaitsAnswer: true) }
}
