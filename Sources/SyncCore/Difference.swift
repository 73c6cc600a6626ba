import FileModel

/// How two states of one side differ.
public enum Difference: Hashable, Sendable {
    case none
    case type
    case size
    /// Later minus earlier, at the coarser of the two resolutions.
    case time(Duration)

    /// Exact, without tolerance: both were told by the same side.
    public static func between(_ old: Entry, _ new: Entry) -> Difference {
        if old.type != new.type { return .type }
        if old.type == .directory { return .none }
        if old.size != new.size { return .size }
        guard let before = old.modified, let after = new.modified, !before.mayEqual(after) else { return .none }
        return .time(after.time.duration(since: before.time))
    }
}

extension ModificationTime {
    /// Whether both can be the same moment.
    ///
    /// A time of a coarse source stands for a whole interval, which need not begin at a multiple of its length in
    /// UTC (a listing that gives only the date gives the date of its own zone).
    func mayEqual(_ other: ModificationTime) -> Bool {
        if resolution == other.resolution { return time == other.time }
        let (coarse, fine) = resolution > other.resolution ? (self, other) : (other, self)
        let distance = fine.time.duration(since: coarse.time)
        return distance >= .zero && distance < coarse.resolution.duration
    }
}
