public import FileModel
import Synchronization

/// The use of one stream of a connection. Dropping it releases it.
public final class Lease<Connection: PooledConnection>: Sendable {
    public let connection: Connection
    public let priority: LeasePriority
    let connectionID: ConnectionID
    private let end: Mutex<(@Sendable (StorageError?) -> Void)?>
    private let pressure = Mutex<(@Sendable () -> Bool)?>(nil)

    init(
        _ connection: Connection, _ id: ConnectionID, _ priority: LeasePriority,
        end: @escaping @Sendable (StorageError?) -> Void
    ) {
        self.connection = connection
        connectionID = id
        self.priority = priority
        self.end = Mutex(end)
    }

    deinit { finish(nil) }

    /// Gives the stream back. A second call does nothing.
    public func release() { finish(nil) }

    /// Gives the stream back and has the connection closed, because `error` left it unusable.
    public func discard(_ error: StorageError) { finish(error) }

    /// Sets what is called while others wait for a session that this holder of a `.stream` lease may be able to give.
    ///
    /// `body` must not block. It returns true when the lease will be released shortly, false to keep it; then it is
    /// asked again as long as others wait. It is not called after the lease ended.
    public func onPressure(_ body: @escaping @Sendable () -> Bool) {
        pressure.withLock { $0 = body }
    }

    /// Asks the holder to give the stream back.
    func askBack() -> Bool {
        let body = pressure.withLock { $0 }
        return body?() ?? false
    }

    private func finish(_ error: StorageError?) {
        pressure.withLock { $0 = nil }
        let body = end.withLock { end in
            defer { end = nil }
            return end
        }
        body?(error)
    }
}
