/// What one contestant did in a row.
struct Entry: Codable, Sendable {
    let contestant: Contestant
    var trials: [Measurement] = []
    /// Why it has no time, whatever the other trials were.
    var failure: String?
    /// The failure is that it was too slow.
    var isOverLimit = false

    /// The result; nil after a failure.
    var median: Measurement? { failure == nil ? trials.median : nil }
}

/// One row of a table.
struct RowResult: Codable, Sendable {
    let wire: WireProtocol
    let roundTrip: Int
    let room: String
    let workload: String
    let title: String
    let target: Target
    var entries: [Entry]

    var ours: Entry? { entries.first { $0.contestant.role == .ours } }

    /// The fastest of those that the ratio is taken to: the peers, or the one that the target names.
    var rival: Entry? {
        let candidates = entries.filter { entry in
            target.over.map { entry.contestant.name == $0 } ?? (entry.contestant.role == .peer)
        }
        return candidates.filter { $0.median != nil }.min { $0.wall < $1.wall }
    }

    /// How many times as fast as the rival ours is; nil when either has no time.
    var ratio: Double? {
        guard let ours = ours?.median, let rival = rival?.median else { return nil }
        return rival.wall / ours.wall
    }

    /// Whether the target is reached; nil when there is none, or ours did not take part.
    var isReached: Bool? {
        guard target != .none, let ours else { return nil }
        guard let median = ours.median else { return false }
        let isFast = target.ratio.map { wanted in ratio.map { $0 >= wanted } ?? true } ?? true
        let other = entries.first { $0.contestant.name == target.notBehind }?.median
        return isFast && other.map { median.wall <= $0.wall } ?? true
    }
}

extension Entry {
    fileprivate var wall: Double { median?.wall ?? .infinity }
}
