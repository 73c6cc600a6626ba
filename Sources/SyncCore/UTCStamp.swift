public import FileModel

/// A moment as `YYYYMMDD-HHMMSS` in UTC, as names of conflict copies and trash folders hold it.
public struct UTCStamp: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ time: Timestamp) {
        let day = Int((time.seconds >= 0 ? time.seconds : time.seconds - 86_399) / 86_400)
        let second = Int(time.seconds) - day * 86_400
        let date = Self.civil(day)
        let digits = [(date.year, 4), (date.month, 2), (date.day, 2)].map { Self.padded($0, $1) }.joined()
        let clock = [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }.joined()
        description = "\(digits)-\(clock)"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The Gregorian date of a day counted from 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date
    /// Algorithms", civil_from_days): eras of 400 years, years that begin in March.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
