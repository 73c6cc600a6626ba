import FileModel
import Foundation
import Testing
import SeededRandom

@testable import FTP

@Suite struct ZoneCalibrationTests {
    /// What the calibration says to be proven is right, and few questions prove everything.
    @Test(arguments: [
        "Europe/Berlin", "America/New_York", "Australia/Adelaide", "America/St_Johns", "Pacific/Chatham",
        "Asia/Kolkata",
        "America/Santiago", "Africa/Casablanca", "UTC",
    ])
    func measurementsFindTheChangesOfTheClock(_ name: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<30 {
            // Half a year, as listings without a year have it, ending anywhere.
            let now = Int64.random(in: 1_500_000_000...1_900_000_000, using: &random)
            var moments: [Int64: Int64] = [:]
            for _ in 0..<200 {
                let moment = now - Int64.random(in: 0...183 * 86_400, using: &random)
                moments[moment + offset(zone, moment)] = moment
            }
            var calibration = ZoneCalibration()
            var questions = 0
            while let wall = calibration.question(among: Array(moments.keys)), let moment = moments[wall] {
                calibration.add(ZoneCalibration.Sample(wall: wall, offset: Int(wall - moment)))
                questions += 1
                try #require(questions < 32, "seed \(seed): \(name), \(now)")
            }
            // An hour that the clocks show twice has two offsets.
            let wrong = moments.filter { calibration.offset(at: $0.key) != Int($0.key - $0.value) }.keys
            #expect(wrong.allSatisfy { isShownTwice($0, zone) }, "seed \(seed): \(name), \(now)")
        }
    }

    private func offset(_ zone: TimeZone, _ moment: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment))))
    }

    private func isShownTwice(_ wall: Int64, _ zone: TimeZone) -> Bool {
        let offsets = Set([-7200, 0, 7200].map { offset(zone, wall - offset(zone, wall) + $0) })
        return offsets.count > 1
    }

    @Test func nothingIsProvenBeyondTheMeasurements() {
        var calibration = ZoneCalibration()
        #expect(calibration.zone == nil && calibration.question(among: []) == nil)
        calibration.add(.init(wall: 1000, offset: 3600))
        #expect(calibration.offset(at: 1000) == 3600 && calibration.offset(at: 1001) == nil)
        #expect(calibration.nearestOffset(to: 5000) == 3600)
        calibration.add(.init(wall: 9000, offset: 3600))
        #expect(calibration.offset(at: 5000) == 3600 && calibration.offset(at: 9001) == nil)
        // A whole season may lie between two measurements that agree.
        calibration.add(.init(wall: 200 * 86_400, offset: 3600))
        #expect(calibration.offset(at: 100 * 86_400) == nil)
    }

    /// The winter of 2018 had 13 weeks in Chile: half a year that begins the day before it and ends in spring.
    @Test func aShortWinterIsFound() {
        let (before, winter, after) = (1_526_100_000, 1_530_000_000, 1_534_200_000) as (Int64, Int64, Int64)
        var calibration = ZoneCalibration()
        for wall in [before, after] { calibration.add(.init(wall: wall, offset: -10_800)) }
        #expect(calibration.offset(at: winter) == nil)
        #expect(calibration.question(among: [winter]) == winter)
    }

    @Test func measurementsDoNotPileUp() {
        var calibration = ZoneCalibration()
        for wall in 0..<600 { calibration.add(.init(wall: Int64(wall) * 3600, offset: 0)) }
        #expect(calibration.samples.count == 2)
    }

    @Test(
        arguments: [
            (19_800, 0, 19_800), (19_860, 0, 19_800), (45_900, 0, 45_900), (-12_600, 0, -12_600), (0, 0, 0),
            (50_400, 0, 50_400),
            (400, 0, nil), (100_000, 0, nil), (-90, 0, 0), (-91, 0, nil),
        ] as [(Int64, Int64, Int?)])
    func offsetsAreQuartersOfAnHour(_ wall: Int64, _ moment: Int64, _ offset: Int?) {
        #expect(ZoneCalibration.zoneOffset(wall: wall, moment: moment, tolerance: 90) == offset)
    }

    /// The year of a date without one depends on the server's calendar, not on ours.
    @Test(
        arguments: [
            // 2026-12-31 23:30 UTC; it is the 1st of January ten hours east
            (1_798_759_800, 36_000, "Jan  1 09:29", "20261231232900"),
            (1_798_759_800, 0, "Dec 31 23:29", "20261231232900"),
            // 2027-01-01 05:00 UTC; it is still December ten hours west
            (1_798_779_600, -36_000, "Dec 31 18:59", "20270101045900"),
            (1_798_779_600, 0, "Dec 31 18:59", "20261231185900"),
            // 2028-02-29 12:00 UTC, and the day after
            (1_835_438_400, 0, "Feb 29 11:59", "20280229115900"), (1_835_524_800, 0, "Feb 29 11:59", "20280229115900"),
            // 2028-02-27 and -28: the 29th is more than a day ahead, and then it is not
            (1_835_265_600, 0, "Feb 29 12:01", "20240229120100"), (1_835_352_000, 0, "Feb 29 11:59", "20280229115900"),
            (1_835_352_000, 0, "Feb 29 12:01", "20240229120100"),
        ] as [(Int64, Int, String, String)])
    func theYearIsThatOfTheServersCalendar(_ now: Int64, _ offset: Int, _ date: String, _ expected: String) throws {
        let clock = ListingClock(now: Timestamp(seconds: now), zoneOffset: offset)
        let entry = try #require(try listed("-rw-r--r-- 1 o g 5 \(date) x\r\n", clock).first)
        #expect(entry.attributes.modified.map { TimeValue.format($0.time) } == expected)
    }
}
