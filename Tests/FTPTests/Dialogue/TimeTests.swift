import FileModel
import Testing

@testable import FTP

@Suite struct TimeTests {
    @Test(
        arguments: [
            ("19700101000000", 0), ("20000229235959", 951_868_799), ("20260101000000", 1_767_225_600),
            ("19691231235959", -1), ("21001231235959", 4_133_980_799), ("20161231235960", 1_483_228_799),
        ] as [(String, Int64)])
    func timesAreReadAndWritten(text: String, seconds: Int64) throws {
        let time = try #require(TimeValue.parse(text.utf8, source: .mdtm))
        #expect(time.time == Timestamp(seconds: seconds) && time.resolution == .second && time.source == .mdtm)
        if !text.hasSuffix("60") { #expect(TimeValue.format(Timestamp(seconds: seconds)) == text) }
    }

    @Test func fractionsGiveTheResolution() throws {
        let time = try #require(TimeValue.parse("20260101000000.25".utf8, source: .mlsd))
        #expect(time.time.nanoseconds == 250_000_000 && time.resolution.nanoseconds == 10_000_000)
        #expect(TimeValue.parse("20260101000000.1234567891".utf8, source: .mlsd)?.time.nanoseconds == 123_456_789)
    }

    @Test(arguments: [
        "", "2026010100000", "20260230000000", "20261301000000", "20260101240000", "2026010100000x", "20260101000000x",
        "20260101000000.", "-0260101000000", "20260101 00000",
    ])
    func whatIsNoTimeIsNil(text: String) {
        #expect(TimeValue.parse(text.utf8, source: .mdtm) == nil)
    }

    @Test func daysGoThereAndBack() {
        for seconds in stride(from: Int64(-62_135_596_800), to: 253_402_300_800, by: 86_400 * 97 + 12_345) {
            #expect(CivilTime(secondsSinceEpoch: seconds).secondsSinceEpoch == seconds)
        }
    }
}
