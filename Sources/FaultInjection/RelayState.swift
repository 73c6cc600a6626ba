/// What a relay decides and counts; a pure value.
struct RelayState {
    var latency: Latency
    var faults: [Fault] = []
    /// More control connections at a time are closed as soon as they are accepted.
    var connectionLimit: Int?
    private(set) var counts: [ConnectionRole: ConnectionCounts] = [:]

    init(latency: Latency) { self.latency = latency }

    subscript(role: ConnectionRole) -> ConnectionCounts { counts[role, default: ConnectionCounts()] }

    /// - Returns: whether the connection may stay.
    mutating func connectionAccepted(_ role: ConnectionRole) -> Bool {
        if role == .control, let connectionLimit, self[.control].current >= connectionLimit {
            counts[role, default: ConnectionCounts()].refused += 1
            return false
        }
        counts[role, default: ConnectionCounts()].opened()
        return true
    }

    mutating func connectionClosed(_ role: ConnectionRole) {
        counts[role, default: ConnectionCounts()].current -= 1
    }

    /// The faults that one new connection will meet; each is used up.
    mutating func takeFaults(_ role: ConnectionRole) -> [Fault] {
        let taken = faults.filter { $0.role == role && $0.times > 0 }
        for index in faults.indices where faults[index].role == role { faults[index].times -= 1 }
        faults.removeAll { $0.times <= 0 }
        return taken
    }
}

/// Connections that clients had to a relay.
public struct ConnectionCounts: Sendable, Equatable {
    public internal(set) var current = 0
    /// The most there ever were at one time.
    public internal(set) var peak = 0
    public internal(set) var total = 0
    /// Closed because of the limit.
    public internal(set) var refused = 0

    mutating func opened() {
        current += 1
        total += 1
        peak = max(peak, current)
    }
}
