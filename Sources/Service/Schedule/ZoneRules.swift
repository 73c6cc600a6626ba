public import Definitions
import FileModel
import Foundation

/// The offsets of a time zone from UTC, and the way from the clock on the wall to moments.
public struct ZoneRules: Sendable {
    /// Seconds east of UTC at a moment given in seconds since 1970.
    let offset: @Sendable (Int64) -> Int64

    init(offset: @escaping @Sendable (Int64) -> Int64) {
        self.offset = offset
    }

    /// - Parameter name: nil is this machine's zone.
    public init(_ name: ZoneName?) {
        let zone = name.flatMap { TimeZone(identifier: $0.name) } ?? TimeZone.current
        offset = { Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0)))) }
    }

    public static let utc = ZoneRules { _ in 0 }

    /// The date on the wall at a moment.
    func date(at moment: Int64) -> CalendarDate {
        let local = moment + offset(moment)
        return CalendarDate(daysSinceEpoch: Int((local >= 0 ? local : local - 86_399) / 86_400))
    }

    /// The moment at which the clock on the wall shows a time.
    ///
    /// A time that is shown twice (clocks set back) is the first of the two; a time that is never shown (clocks set
    /// forward) is the moment right after the gap.
    /// - Parameter local: seconds since 1970-01-01T00:00:00 on the wall.
    func moment(ofLocal local: Int64) -> Int64 {
        let before = offset(local - 86_400)
        let after = offset(local + 86_400)
        let fits = [local - before, local - after].filter { $0 + offset($0) == local }
        return fits.min() ?? gapEnd(between: local - max(before, after), and: local - min(before, after))
    }

    /// The first moment in `low ... high` whose offset is not that of `low`.
    private func gapEnd(between low: Int64, and high: Int64) -> Int64 {
        let old = offset(low)
        var (low, high) = (low, high)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(middle) == old { low = middle } else { high = middle }
        }
        return high
    }
}
