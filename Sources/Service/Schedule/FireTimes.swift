public import Definitions
public import FileModel

/// When a schedule is due, as a function of the moment before.
///
/// `every` counts from an anchor; `cron` follows the clock on the wall of its zone: a time that the clocks skip in
/// spring runs once, right after the gap; an hour that they repeat in autumn runs in its first pass only. Holidays
/// are days of that zone.
public struct FireTimes: Sendable {
    private let trigger: ScheduleDefinition.Trigger
    private let holidays: Set<CalendarDate>
    private let zone: ZoneRules

    public init(_ schedule: ScheduleDefinition) {
        self.init(schedule, zone: ZoneRules(schedule.timezone))
    }

    init(_ schedule: ScheduleDefinition, zone: ZoneRules) {
        trigger = schedule.trigger
        holidays = schedule.holidays
        self.zone = zone
    }

    /// The first due time after `moment`.
    ///
    /// - Parameter anchor: where `every` counts from.
    /// - Returns: nil when there is none within 40 years.
    public func next(after moment: Timestamp, anchor: Timestamp) -> Timestamp? {
        switch trigger {
        case .every(let interval): next(after: moment, every: interval, from: anchor)
        case .cron(let expression): next(after: moment.seconds, expression).map { Timestamp(seconds: $0) }
        }
    }

    /// Whether nothing runs on the day of `moment`.
    func isHoliday(_ moment: Timestamp) -> Bool { holidays.contains(zone.date(at: moment.seconds)) }

    // MARK: - every

    private func next(after moment: Timestamp, every interval: Duration, from anchor: Timestamp) -> Timestamp? {
        var due = Self.multiple(of: interval, from: anchor, after: moment)
        for _ in 0...holidays.count where holidays.contains(zone.date(at: due.seconds)) {
            let morning = zone.moment(ofLocal: Int64(zone.date(at: due.seconds).next.daysSinceEpoch) * 86_400)
            due = Self.multiple(
                of: interval, from: anchor, after: Timestamp(seconds: morning - 1, nanoseconds: 999_999_999))
        }
        return due
    }

    /// The first `anchor + n * interval` after `moment`, n ≥ 1.
    private static func multiple(of interval: Duration, from anchor: Timestamp, after moment: Timestamp) -> Timestamp {
        let elapsed = moment.duration(since: anchor).wholeNanoseconds
        let step = max(1, interval.wholeNanoseconds)
        let count = elapsed < 0 ? 1 : elapsed / step + 1
        return anchor.advanced(by: .nanoseconds(count * step))
    }

    // MARK: - cron

    private func next(after moment: Int64, _ expression: CronExpression) -> Int64? {
        let hours = expression.hours.sorted()
        let minutes = expression.minutes.sorted()
        // One day back: the date on the wall may have been this one twice.
        var date = CalendarDate(daysSinceEpoch: zone.date(at: moment).daysSinceEpoch - 1)
        for _ in 0..<(40 * 366) {
            if expression.matches(date), !holidays.contains(date) {
                for hour in hours {
                    let start = Int64(date.daysSinceEpoch) * 86_400 + Int64(hour) * 3600
                    if zone.moment(ofLocal: start + 3600) < moment { continue }
                    for minute in minutes {
                        let due = zone.moment(ofLocal: start + Int64(minute) * 60)
                        if due > moment { return due }
                    }
                }
            }
            date = date.next
        }
        return nil
    }
}
