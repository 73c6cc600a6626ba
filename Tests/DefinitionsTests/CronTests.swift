import Foundation
import Testing

@testable import Definitions

@Suite struct CronTests {
    @Test func fields() throws {
        let cron = try CronExpression("*/20,7 1-3 1,15 Jan-Mar,12 Mon-Fri")
        #expect(cron.minutes == [0, 20, 40, 7])
        #expect(cron.hours == [1, 2, 3])
        #expect(cron.daysOfMonth == [1, 15])
        #expect(cron.months == [1, 2, 3, 12])
        #expect(cron.weekdays == [1, 2, 3, 4, 5])
    }

    @Test(arguments: [
        ("0 0 * * 7", Set([0])), ("0 0 * * 5-7", Set([5, 6, 0])), ("0 0 * * fri-SUN", Set([5, 6, 0])),
        ("0 0 * * */2", Set([0, 2, 4, 6])), ("0 0 * * *", Set(0...6)),
    ])
    func weekdays(text: String, expected: Set<Int>) throws {
        #expect(try CronExpression(text).weekdays == expected)
    }

    @Test func aNumberWithAStepReachesToTheEnd() throws {
        #expect(try CronExpression("10/15 * * * *").minutes == [10, 25, 40, 55])
        #expect(try CronExpression("8-20/6 * * * *").minutes == [8, 14, 20])
    }

    @Test func eitherDayFieldMayMatchWhenBothAreRestricted() throws {
        let cron = try CronExpression("0 0 13 * Fri")
        #expect(cron.matches(try #require(CalendarDate("2026-11-13"))))  // a Friday the 13th
        #expect(cron.matches(try #require(CalendarDate("2026-12-13"))))  // a Sunday
        #expect(cron.matches(try #require(CalendarDate("2026-12-04"))))  // a Friday
        #expect(!cron.matches(try #require(CalendarDate("2026-12-05"))))
        let fridays = try CronExpression("0 0 * * Fri")
        #expect(!fridays.matches(try #require(CalendarDate("2026-12-13"))))
    }

    @Test(arguments: [
        ("* * * *", "a cron line has 5 fields (minute, hour, day of month, month, day of week), not 4"),
        ("60 * * * *", "'60' is no minute (0 to 59)"), ("* 24 * * *", "'24' is no hour (0 to 23)"),
        ("* * 0 * *", "'0' is no day of month (1 to 31)"), ("* * * 13 *", "'13' is no month (1 to 12 or jan-dec)"),
        ("* * * * Mom", "'Mom' is no day of week (0 to 7 or sun-sat)"),
        ("5-1 * * * *", "'5-1' runs backwards in the field minute"),
        ("*/0 * * * *", "'0' is no step of the field minute"), ("1,,2 * * * *", "'' is no minute (0 to 59)"),
        ("1-2-3 * * * *", "'1-2-3' is no minute (0 to 59)"), ("-5 * * * *", "'' is no minute (0 to 59)"),
        ("0 0 30 2 *", "no day of the year matches '0 0 30 2 *'"),
        ("@reboot", "'@reboot' is none of @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly"),
    ])
    func refuses(text: String, message: String) {
        #expect { try CronExpression(text) } throws: { ($0 as? CronProblem)?.message == message }
    }

    @Test func nicknames() throws {
        #expect(try CronExpression("@Daily") == CronExpression("0 0 * * *"))
    }

    @Test func datesAgreeWithFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for days in stride(from: -200_000, through: 200_000, by: 97) {
            let date = CalendarDate(daysSinceEpoch: days)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(days) * 86_400))
            guard days > -140_000 else { continue }  // Foundation switches to the Julian calendar in 1582
            #expect(date.year == parts.year && date.month == parts.month && date.day == parts.day)
            #expect(date.weekday + 1 == parts.weekday)
            #expect(date.daysSinceEpoch == days)
        }
    }

    @Test(arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "2026-04-31", "x"])
    func daysThatDoNotExist(text: String) { #expect(CalendarDate(text) == nil) }

    @Test(arguments: [
        ("10s", Duration.seconds(10)), ("5m", .seconds(300)), ("2h", .seconds(7200)), ("1m30s", .seconds(90)),
        ("500ms", .milliseconds(500)), ("1.5h", .seconds(5400)), ("7d", .seconds(604_800)), ("0", .zero), ("0s", .zero),
    ])
    func durations(text: String, expected: Duration) { #expect(DurationText.parse(text) == expected) }

    @Test(arguments: ["", "10", "s", "10x", "10s5m", "1m1m", "-5s", "1e3s", "999999999d", "10 s"])
    func noDurations(text: String) { #expect(DurationText.parse(text) == nil) }

    @Test func durationsInUnits() {
        #expect(Duration.seconds(90).inUnits == "1m30s")
        #expect(Duration.milliseconds(10).inUnits == "10ms")
        #expect(Duration.zero.inUnits == "0s")
        #expect(Duration.seconds(90_061).inUnits == "1d1h1m1s")
    }
}
