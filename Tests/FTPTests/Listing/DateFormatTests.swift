@testable import FileModel
import Testing

@testable import FTP

/// `date_format` in place of the dates that servers of a kind write.
@Suite struct DateFormatTests {
    private func clock(_ pattern: String) throws -> ListingClock {
        ListingClock(now: Timestamp(seconds: 1_795_234_200), zone: .utc, pattern: try DatePattern(pattern))
    }

    @Test(arguments: [
        ("yy-MM-dd HH.mm.ss", "-rw-r--r-- 1 o g 5 26-11-21 04.04.05 x y", "- x y 5 20261121040405"),
        ("dd/MM/yyyy HH:mm", "-rw-r--r-- 1 o g 5 05/11/2026 04:04 x", "- x 5 20261105040400"),
        ("dd MMM HH:mm", "-rw-r--r-- 1 o g 5 1 Nov 04:04 x", "- x 5 20261101040400"),
        ("MMM d HH:mm", "-rw-r--r-- 1 o 5 Dec  1 04:04 x", "- x 5 20251201040400"),
        ("yyyyMMddHHmmss", "-rw-r--r-- 1 o g 5 20261121040405 x", "- x 5 20261121040405"),
        ("dd-MM-yy hh:mmtt", "21-11-26  04:04PM       <DIR>          New Folder", "d New Folder 20261121160400"),
        ("dd-MM-yy hh:mm tt", "21-11-26  12:04 AM  1,234 a", "- a 1234 20261121000400"),
        ("yy/MM/dd HH:mm:ss", "OWNER 5 07/06/11 12:27:39 *STMF      f", "- f 5 20070611122739"),
        ("dd-MM-yyyy HH:mm", "A.TXT;1 1 21-11-2026 04:04", "- A.TXT ~512 20261121040400"),
        ("dd.MM.yyyy", "- [R----F--] rhesus 5 21.11.2026    x", "- x 5 20261121000000"),
        ("ddd, d MMMM yyyy 'um' H'h'mm", "-rw-r--r-- 1 o g 5 Sa., 21 Nov. 2026 um 4h04 x", "- x 5 20261121040400"),
    ])
    func datesAreReadByThePattern(_ pattern: String, _ line: String, _ expected: String) throws {
        #expect(try listed([line], clock(pattern)) == [expected])
    }

    @Test(arguments: [
        ("yy-MM-dd HH.mm.ss", TimeResolution.second), ("dd.MM.yy HH:mm", .minute), ("dd.MM.yyyy", .day),
        ("dd.MM.yyyy HH'h'", TimeResolution(nanoseconds: 3_600_000_000_000)),
    ])
    func theResolutionFollowsFromTheTokens(_ text: String, _ resolution: TimeResolution) throws {
        let pattern = try DatePattern(text)
        #expect(pattern.resolution == resolution)
        let date = ["yy-MM-dd HH.mm.ss": "26-11-21 04.04.05", "dd.MM.yy HH:mm": "21.11.26 04:04"][text]
        guard let date else { return }
        let entry = try listed("-rw-r--r-- 1 o g 5 \(date) x\r\n", clock(text)).first
        #expect(entry?.attributes.modified?.resolution == resolution)
    }

    @Test(arguments: [
        ("-rw-r--r-- 1 o g 5 Nov 21 04:04 x", "Nov 21"), ("11-21-26  04:04PM  5 x", "11-21-26  04:04PM"),
        ("OWNER 5 21.06.11 12:27:39 *STMF f", "21.06.11 12:27:39"),
        ("A.TXT;1 1 21-NOV-2026 04:04", "21-NOV-2026 04:04"),
        ("-rw-r--r-- 1 o g 5 26-02-30 04.04.05 x", "26-02-30 04.04.05"),
        ("d [R----F--] supervisor 512 Jan 16 18:53 login", "Jan 16"),
    ])
    func aDateThatDoesNotFitIsQuotedWithThePattern(_ line: String, _ date: String) throws {
        let clock = try clock("yy-MM-dd HH.mm.ss")
        let error = #expect(throws: StorageError.self) { try listed([line], clock) }
        #expect(error?.code == .configuration)
        #expect(
            error?.message
                == "cannot read the date '\(date)' with the pattern \"yy-MM-dd HH.mm.ss\" in the listing line "
                + "'\(line)': change remote.ftp.date_format")
    }

    @Test(arguments: [
        ("yy-MM-dd HH.mm.sx", 17, "'x' is no token"), ("yyy-MM-dd", 1, "'yyy' is no token"),
        ("dd.MM.yyyy 'at", 12, "the quote does not end"), ("dd Mon yyyy", 5, "'o' is no token"),
    ])
    func whatIsNoTokenIsNamedWithItsPlace(_ text: String, _ place: Int, _ what: String) {
        let error = #expect(throws: StorageError.self) { try DatePattern(text) }
        #expect(
            error?.message.contains("is wrong at its character \(place): \(what)") == true,
            "\(String(describing: error))")
    }

    @Test(arguments: [
        "yyyy", "MM.yyyy", "dd.yyyy", "dd.MM.yyyy mm", "dd.MM.yyyy hh:mm", "dd.MM.", "HH:mm", "dd.MM.yyyy tt",
    ])
    func whatDoesNotMakeADateIsRefused(_ text: String) {
        #expect(throws: StorageError.self) { try DatePattern(text) }
    }

    @Test func aMonthNameMeansOneMonth() {
        let words = MonthName.words.flatMap { $0 }
        #expect(Set(words).count == words.count)
        #expect(MonthName.number(of: Array("MÄRZ".utf8)[...]) == nil)
        #expect(MonthName.number(of: [0x4D, 0xE4, 0x72]) == 3)
        #expect(MonthName.number(of: [0x31, 0x31, 0x8C, 0x8E]) == 11)
    }
}
