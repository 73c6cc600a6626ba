/// Where bytes are going.
public enum Direction: Sendable, CaseIterable {
    case toServer, toClient
}

/// What a relayed connection is for.
public enum ConnectionRole: Sendable {
    /// To the server's own port: an SSH connection, or FTP's control connection.
    case control
    /// To one of the passive data ports.
    case data
}

/// Something that goes wrong on a connection after a number of bytes.
public struct Fault: Sendable {
    public enum Action: Sendable {
        /// Both ends see an orderly end (FIN).
        case close
        /// Both ends see a reset (RST).
        case reset
        /// The connection stays open, and no byte passes any more in either direction.
        case stall
    }

    public var action: Action
    public var direction: Direction
    /// Bytes that still pass in that direction.
    public var bytes: Int
    public var role: ConnectionRole
    /// Number of connections it happens to.
    public var times: Int

    public init(
        _ action: Action, after bytes: Int, _ direction: Direction, on role: ConnectionRole = .control, times: Int = 1
    ) {
        self.action = action
        self.bytes = bytes
        self.direction = direction
        self.role = role
        self.times = times
    }
}

/// How long a byte travels.
public struct Latency: Sendable, Equatable {
    public var toServer: Duration
    public var toClient: Duration

    public init(toServer: Duration, toClient: Duration) {
        self.toServer = toServer
        self.toClient = toClient
    }

    public static let none = Latency(toServer: .zero, toClient: .zero)

    /// Half of it in each direction.
    public static func roundTrip(_ time: Duration) -> Latency { Latency(toServer: time / 2, toClient: time / 2) }

    subscript(direction: Direction) -> Duration { direction == .toServer ? toServer : toClient }
}
