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

    /// Those that the ratio is taken to: the peers, or the one that the target names.
    private var rivals: [Entry] {
        entries.filter { entry in
            target.over.map { entry.contestant.name == $0 } ?? (entry.contestant.role == .peer)
        }
    }

    /// The fastest rival that has a time.
    var rival: Entry? {
        rivals.filter { $0.median != nil }.min { $0.wall < $1.wall }
    }

    /// How many times as fast as the rival ours is; nil when either has no time.
    var ratio: Double? {
        guard let ours = ours?.median, let rival = rival?.median else { return nil }
        return rival.wall / ours.wall
    }

    /// Whether the target is reached; nil when there is none, or when somebody it speaks of did not take part.
    ///
    /// Who failed is beaten.
    var isReached: Bool? {
        guard target != .none, let ours else { return nil }
        guard let median = ours.median else { return false }
        var isReached = true
        if let wanted = target.ratio {
            if rivals.isEmpty { return nil }
            isReached = ratio.map { $0 >= wanted } ?? true
        }
        if let name = target.notBehind {
            guard let other = entries.first(where: { $0.contestant.name == name }) else { return nil }
            isReached = isReached && median.wall <= other.wall
        }
        return isReached
    }
}

extension Entry {
    fileprivate var wall: Double { median?.wall ?? .infinity }
}
