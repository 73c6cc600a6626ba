/// The five fields of crontab(5): minute, hour, day of month, month, day of week.
///
/// Each is `*`, a number, a name (`Jan`, `Mon`), a range, a list, or a range with a step. When both day fields are
/// restricted, a day matches if either does; a field that starts with `*` is not a restriction.
public struct CronExpression: Hashable, Sendable {
    public let minutes: Set<Int>
    public let hours: Set<Int>
    public let daysOfMonth: Set<Int>
    public let months: Set<Int>
    /// 0 is Sunday.
    public let weekdays: Set<Int>
    let restrictsDayOfMonth: Bool
    let restrictsWeekday: Bool

    /// - Throws: a sentence about the field that is wrong.
    public init(_ text: String) throws(CronProblem) {
        let expanded = Self.nicknames[text.lowercased()] ?? text
        if expanded == text, text.hasPrefix("@") {
            throw CronProblem("'\(text)' is none of \(Self.nicknames.keys.sorted().joined(separator: ", "))")
        }
        let fields = expanded.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard fields.count == 5 else {
            throw CronProblem(
                "a cron line has 5 fields (minute, hour, day of month, month, day of week), not \(fields.count)")
        }
        minutes = try CronField.minute.values(fields[0])
        hours = try CronField.hour.values(fields[1])
        daysOfMonth = try CronField.dayOfMonth.values(fields[2])
        months = try CronField.month.values(fields[3])
        weekdays = Set(try CronField.weekday.values(fields[4]).map { $0 % 7 })
        restrictsDayOfMonth = !fields[2].hasPrefix("*")
        restrictsWeekday = !fields[4].hasPrefix("*")
        guard canEverMatch else { throw CronProblem("no day of the year matches '\(text)'") }
    }

    private static let nicknames = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    /// Whether the expression fires on that day at all.
    public func matches(_ date: CalendarDate) -> Bool {
        guard months.contains(date.month) else { return false }
        let dayMatches = daysOfMonth.contains(date.day)
        let weekdayMatches = weekdays.contains(date.weekday)
        return restrictsDayOfMonth && restrictsWeekday ? dayMatches || weekdayMatches : dayMatches && weekdayMatches
    }

    /// `0 0 30 2 *` never does.
    private var canEverMatch: Bool {
        if restrictsWeekday && restrictsDayOfMonth { return true }
        return months.contains { month in
            daysOfMonth.contains { $0 <= CalendarDate.length(ofMonth: month, year: 2024) }
        }
    }
}

/// What is wrong with a cron line.
public struct CronProblem: Error, Hashable, Sendable {
    public let message: String

    init(_ message: String) { self.message = message }
}

/// One field: what it is called, its numbers, and the names that stand for them.
struct CronField {
    let title: String
    let range: ClosedRange<Int>
    /// The first name stands for `range.lowerBound`.
    var names: [String] = []

    static let minute = CronField(title: "minute", range: 0...59)
    static let hour = CronField(title: "hour", range: 0...23)
    static let dayOfMonth = CronField(title: "day of month", range: 1...31)
    static let month = CronField(
        title: "month", range: 1...12,
        names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
    /// 7 is Sunday as well.
    static let weekday = CronField(
        title: "day of week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])

    func values(_ text: String) throws(CronProblem) -> Set<Int> {
        var result: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            result.formUnion(try element(String(part)))
        }
        return result
    }

    /// `*`, `5`, `1-5`, each with `/2`; a lone number with a step reaches to the end of the range.
    private func element(_ text: String) throws(CronProblem) -> [Int] {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count <= 2, let base = halves.first else { throw problem(text) }
        var step = 1
        if halves.count == 2 {
            guard let number = Int(halves[1]), number > 0 else {
                throw CronProblem("'\(halves[1])' is no step of the field \(title)")
            }
            step = number
        }
        let covered = try span(String(base), isStepped: halves.count == 2)
        return Array(stride(from: covered.lowerBound, through: covered.upperBound, by: step))
    }

    private func span(_ text: String, isStepped: Bool) throws(CronProblem) -> ClosedRange<Int> {
        if text == "*" { return range.lowerBound...(title == Self.weekday.title ? 6 : range.upperBound) }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2, let first = ends.first else { throw problem(text) }
        let low = try number(String(first))
        guard ends.count == 2 else { return low...(isStepped ? range.upperBound : low) }
        var high = try number(String(ends[1]))
        if title == Self.weekday.title, high == 0, low > 0 { high = 7 }  // Fri-Sun
        guard low <= high else { throw CronProblem("'\(text)' runs backwards in the field \(title)") }
        return low...high
    }

    private func number(_ text: String) throws(CronProblem) -> Int {
        if let index = names.firstIndex(of: text.lowercased()) { return range.lowerBound + index }
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
            range.contains(number)
        else { throw problem(text) }
        return number
    }

    private func problem(_ text: String) -> CronProblem {
        let allowed =
            "\(range.lowerBound) to \(range.upperBound)"
            + (names.isEmpty ? "" : " or \(names[0])-\(names[names.count - 1])")
        return CronProblem("'\(text)' is no \(title) (\(allowed))")
    }
}

extension ValueFormat where Value == CronExpression {
    static let cron = ValueFormat.parsed("a cron line such as \"30 2 * * Mon-Fri\"") { text throws(ValueProblem) in
        do throws(CronProblem) {
            return try CronExpression(text)
        } catch {
            throw ValueProblem("'cron' cannot be read: \(error.message)")
        }
    }
}
