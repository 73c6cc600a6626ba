import FileModel

/// Finds out whether a side's clock, or the zone it tells times in, was moved: nearly all of its files changed by one
/// and the same whole number of quarter hours, and none in size.
public struct TimeShift: Hashable, Sendable {
    private var counts: [Int64: Int] = [:]
    private static let step: Int64 = 15 * 60
    private static let widest: Int64 = 26 * 3600

    public init() {}

    /// The shift in seconds that explains this difference; nil when none does.
    public static func candidate(_ difference: Difference) -> Int64? {
        guard case .time(let duration) = difference else { return nil }
        let (seconds, attoseconds) = duration.components
        guard attoseconds == 0, seconds % step == 0, abs(seconds) <= widest else { return nil }
        return seconds
    }

    public mutating func count(_ difference: Difference) {
        if let shift = Self.candidate(difference) { counts[shift, default: 0] += 1 }
    }

    /// The shift in seconds when at least 90 % of the side's `tracked` files, and at least 10, moved by it.
    public func verdict(tracked: Int) -> Int64? {
        guard let (shift, count) = counts.max(by: { $0.value < $1.value }) else { return nil }
        return count >= 10 && count * 10 >= tracked * 9 ? shift : nil
    }
}
