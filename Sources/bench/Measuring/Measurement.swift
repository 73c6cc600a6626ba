/// What one trial cost the client's side. The server's processes are not in it.
struct Measurement: Codable, Sendable {
    /// From the start of the command until its result stands where it belongs, in seconds.
    var wall: Double
    /// User and system time of the command, its descendants and the FUSE daemon, in seconds.
    var cpu: Double
    /// Sum of the high-water marks of resident memory of all those processes, in bytes.
    var peakMemory: Int
    /// What all processors of the machine worked meanwhile, for client, server, relay and whoever else, in seconds: near
    /// `wall` times the processors, nobody could have been faster with the same work.
    var machine: Double = 0
}

extension [Measurement] {
    /// The median of each figure on its own; nil when there is none.
    var median: Measurement? {
        guard !isEmpty else { return nil }
        return Measurement(
            wall: map(\.wall).median, cpu: map(\.cpu).median, peakMemory: Int(map { Double($0.peakMemory) }.median),
            machine: map(\.machine).median)
    }
}

extension [Double] {
    /// The middle one, or the mean of the two in the middle. Must not be empty.
    var median: Double {
        let sorted = sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
