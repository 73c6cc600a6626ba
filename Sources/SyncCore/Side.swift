/// One of the two trees that a synchronisation compares. "Local" and "remote" are names only: nothing in this room
/// treats one differently, except where a tie must be broken (`Conflict.winner`).
public enum Side: String, Hashable, Sendable, Codable, CaseIterable {
    case local, remote

    public var other: Side { self == .local ? .remote : .local }
}

/// A value for each side.
public struct Sides<Value> {
    public var local: Value
    public var remote: Value

    public init(local: Value, remote: Value) {
        self.local = local
        self.remote = remote
    }

    public subscript(side: Side) -> Value {
        get { side == .local ? local : remote }
        set { if side == .local { local = newValue } else { remote = newValue } }
    }

    /// The sides exchanged.
    public var swapped: Sides { Sides(local: remote, remote: local) }
}

extension Sides: Equatable where Value: Equatable {}
extension Sides: Hashable where Value: Hashable {}
extension Sides: Sendable where Value: Sendable {}
