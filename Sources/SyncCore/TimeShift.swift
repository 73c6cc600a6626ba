import FileModel

/// Finds out whether a side's clock, or the zone it tells times in, was moved: nearly all of its files changed by one
/// and the same whole number of quarter hours, and none in size.
public enum TimeShift {
    private static let step: Int64 = 15 * 60
    private static let widest: Int64 = 26 * 3600

    /// The shift in seconds that explains this difference; nil when none does.
    public static func candidate(_ difference: Difference) -> Int64? {
        guard case .time(let duration) = difference else { return nil }
        let (seconds, attoseconds) = duration.components
        guard attoseconds == 0, seconds % step == 0, abs(seconds) <= widest else { return nil }
        return seconds
    }

    /// Whether `count` files that moved by one shift speak for the whole side: 90 % of its `tracked` files, and 10.
    public static func isWhole(count: Int, tracked: Int) -> Bool {
        count >= 10 && count * 10 >= tracked * 9
    }
}
