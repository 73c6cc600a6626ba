public import ConnectionPool

/// A remote on a pool of connections.
public protocol PooledRemote: Sendable {
    /// What the pool is doing.
    var poolSnapshot: PoolSnapshot { get }
}
