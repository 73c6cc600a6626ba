import Definitions
import FileModel
import Testing

@testable import Service

@Suite struct FireTimesTests {
    private func times(_ cron: String, _ zone: String, holidays: [String] = []) throws -> FireTimes {
        FireTimes(
            ScheduleDefinition(
                trigger: .cron(try CronExpression(cron)), timezone: ZoneName(zone),
                holidays: Set(holidays.compactMap(CalendarDate.init))))
    }

    /// The next `count` due times after a moment in UTC.
    private func list(_ times: FireTimes, after text: String, count: Int) throws -> [String] {
        var moment = try #require(utc(text))
        var result: [String] = []
        for _ in 0..<count {
            moment = try #require(times.next(after: moment, anchor: .epoch))
            result.append(UTCText.of(moment))
        }
        return result
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let cron: String
        let zone: String
        let after: String
        let due: [String]
        var testDescription: String { "\(cron) \(zone) \(after)" }
    }

    @Test(arguments: [
        Row(
            cron: "30 2 * * Mon-Fri", zone: "Europe/Berlin", after: "2026-11-20T01:30:00Z",
            due: ["2026-11-23T01:30:00Z", "2026-11-24T01:30:00Z"]),
        Row(
            cron: "*/15 * * * *", zone: "UTC", after: "2026-12-31T23:50:00Z",
            due: ["2027-01-01T00:00:00Z", "2027-01-01T00:15:00Z"]),
        Row(
            cron: "0 0 29 2 *", zone: "UTC", after: "2026-01-01T00:00:00Z",
            due: ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]),
        Row(
            cron: "0 12 13 * Fri", zone: "UTC", after: "2026-11-10T00:00:00Z",
            due: [
                "2026-11-13T12:00:00Z", "2026-11-20T12:00:00Z", "2026-11-27T12:00:00Z", "2026-12-04T12:00:00Z",
                "2026-12-11T12:00:00Z", "2026-12-13T12:00:00Z",
            ]),
        // Berlin, 29 March 2026: 02:00 CET becomes 03:00 CEST. What was due in the gap runs once, right after it.
        Row(
            cron: "30 2 * * *", zone: "Europe/Berlin", after: "2026-03-28T00:00:00Z",
            due: ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
        Row(
            cron: "*/20 2 * * *", zone: "Europe/Berlin", after: "2026-03-28T12:00:00Z",
            due: ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]),
        Row(
            cron: "0 * * * *", zone: "Europe/Berlin", after: "2026-03-28T23:30:00Z",
            due: ["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"]),
        Row(
            cron: "0 3 * * *", zone: "Europe/Berlin", after: "2026-03-28T12:00:00Z",
            due: ["2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]),
        // Berlin, 25 October 2026: 03:00 CEST becomes 02:00 CET. The hour from 02:00 comes twice and runs once.
        Row(
            cron: "30 2 * * *", zone: "Europe/Berlin", after: "2026-10-24T12:00:00Z",
            due: ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
        Row(
            cron: "0 * * * *", zone: "Europe/Berlin", after: "2026-10-24T22:30:00Z",
            due: ["2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"]),
        Row(cron: "30 2 * * *", zone: "Europe/Berlin", after: "2026-10-25T01:30:00Z", due: ["2026-10-26T01:30:00Z"]),
        // New York, 8 March 2026: 02:00 EST becomes 03:00 EDT.
        Row(
            cron: "15 2 * * *", zone: "America/New_York", after: "2026-03-07T12:00:00Z",
            due: ["2026-03-08T07:00:00Z", "2026-03-09T06:15:00Z"]),
        // New York, 1 November 2026: 02:00 EDT becomes 01:00 EST.
        Row(
            cron: "30 1 * * *", zone: "America/New_York", after: "2026-10-31T12:00:00Z",
            due: ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]),
        Row(
            cron: "*/30 1 * * *", zone: "America/New_York", after: "2026-11-01T05:45:00Z", due: ["2026-11-02T06:00:00Z"]
        ),
        // Zones that change at midnight, and one of half an hour.
        Row(
            cron: "0 0 * * *", zone: "Africa/Cairo", after: "2026-04-23T00:00:00Z",
            due: ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"]),
        Row(
            cron: "15 2 * * *", zone: "Australia/Lord_Howe", after: "2026-10-03T00:00:00Z",
            due: ["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"]),
        Row(cron: "0 9 * * *", zone: "Asia/Kathmandu", after: "2026-01-01T00:00:00Z", due: ["2026-01-01T03:15:00Z"]),
    ])
    func cron(row: Row) throws {
        #expect(try list(times(row.cron, row.zone), after: row.after, count: row.due.count) == row.due)
    }

    @Test func holidaysOfTheZone() throws {
        let times = try times("0 1 * * *", "Europe/Berlin", holidays: ["2026-12-25", "2026-12-26"])
        // 01:00 in Berlin is 00:00 UTC; the 25th and 26th are left out by the date on the wall.
        #expect(
            try list(times, after: "2026-12-23T12:00:00Z", count: 2) == [
                "2026-12-24T00:00:00Z", "2026-12-27T00:00:00Z",
            ])
        let late = try self.times("30 23 * * *", "UTC", holidays: ["2026-12-25"])
        #expect(try list(late, after: "2026-12-24T23:30:00Z", count: 1) == ["2026-12-26T23:30:00Z"])
    }

    @Test func everyCountsFromItsAnchor() throws {
        let times = FireTimes(ScheduleDefinition(trigger: .every(.seconds(900)), timezone: ZoneName("UTC")))
        let anchor = try #require(utc("2026-11-21T10:07:00Z"))
        func next(_ text: String) throws -> String {
            let moment = try #require(utc(text))
            return UTCText.of(try #require(times.next(after: moment, anchor: anchor)))
        }
        #expect(try next("2026-11-21T10:07:00Z") == "2026-11-21T10:22:00Z")
        #expect(try next("2026-11-21T10:21:59Z") == "2026-11-21T10:22:00Z")
        #expect(try next("2026-11-21T10:22:00Z") == "2026-11-21T10:37:00Z")
        #expect(try next("2027-11-21T10:22:01Z") == "2027-11-21T10:37:00Z")
        #expect(try next("2026-11-20T00:00:00Z") == "2026-11-21T10:22:00Z")
    }

    @Test func everyLeavesHolidaysOut() throws {
        let times = FireTimes(
            ScheduleDefinition(
                trigger: .every(.seconds(7200)), timezone: ZoneName("Europe/Berlin"),
                holidays: Set(["2026-12-25", "2026-12-26"].compactMap(CalendarDate.init))))
        let anchor = try #require(utc("2026-12-24T21:30:00Z"))
        // 23:30 UTC is the 25th in Berlin; the 27th begins at 23:00 UTC on the 26th.
        #expect(times.next(after: anchor, anchor: anchor).map(UTCText.of) == "2026-12-26T23:30:00Z")
    }

    /// Compares with a walk over every minute, in zones with all kinds of changes.
    @Test func agreesWithTheMinutesOfAYear() throws {
        for (zone, cron) in [
            ("Europe/Berlin", "7,37 */5 * * *"), ("America/New_York", "*/25 1-3 * * 0,3"),
            ("Australia/Lord_Howe", "50 1 * * *"),
        ] {
            let rules = ZoneRules(ZoneName(zone))
            let expression = try CronExpression(cron)
            let times = try times(cron, zone)
            let start = try #require(utc("2026-01-01T00:00:00Z")).seconds
            var expected: [Int64] = []
            var shown: Set<Int64> = []
            var previous = start - 60 + rules.offset(start - 60)
            for moment in stride(from: start, to: start + 400 * 86_400, by: 60) {
                let local = moment + rules.offset(moment)
                // Every minute on the wall since the last one, so that those in a gap count now.
                let minutes = local > previous ? Array(stride(from: previous + 60, through: local, by: 60)) : [local]
                let isDue = minutes.contains { !shown.contains($0) && matches(expression, $0) }
                shown.formUnion(minutes)
                previous = local
                if isDue { expected.append(moment) }
            }
            var found: [Int64] = []
            var moment = Timestamp(seconds: start - 1)
            while found.count < expected.count, let next = times.next(after: moment, anchor: .epoch) {
                found.append(next.seconds)
                moment = next
            }
            #expect(found == expected, "\(zone) \(cron)")
        }
    }

    private func matches(_ cron: CronExpression, _ local: Int64) -> Bool {
        let date = CalendarDate(daysSinceEpoch: Int(local / 86_400))
        let rest = Int(local % 86_400)
        return cron.matches(date) && cron.hours.contains(rest / 3600) && cron.minutes.contains(rest / 60 % 60)
    }
}
