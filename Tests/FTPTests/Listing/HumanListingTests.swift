import FileModel
import NIOCore
import Testing
import SeededRandom

@testable import FTP

@Suite struct HumanListingTests {
    /// 2026-11-21 04:10 UTC.
    static let clock = ListingClock(now: Timestamp(seconds: 1_795_234_200), zoneOffset: 0)

    private func entries(_ text: String, clock: ListingClock = clock) throws -> [DirectoryEntry] {
        var reader = ListingReader(.human, clock: clock)
        return try reader.read(ByteBuffer(string: text)) + reader.finish()
    }

    private func entry(_ line: String, clock: ListingClock = clock) throws -> DirectoryEntry {
        try #require(try entries(line, clock: clock).first)
    }

    @Test func aLineOfUnix() throws {
        let found = try entry("-rw-r-sr-t   1 1000 65534    1234567890123 Nov 21 04:04 name\r\n")
        #expect(found.name.string == "name")
        let attributes = found.attributes
        #expect(attributes.type == .regular && attributes.size == 1_234_567_890_123)
        #expect(attributes.permissions == 0o3655 && attributes.owner == 1000 && attributes.group == 65534)
        #expect(attributes.modified?.time == Timestamp(seconds: 1_795_233_840))
        #expect(attributes.modified?.resolution == .minute && attributes.modified?.source == .list)
    }

    @Test(arguments: [
        ("-rw-r--r--   1 o g   5 Nov 21 04:04  two leading", " two leading"),
        ("-rw-r--r--   1 o g   5 Nov 21  2019 trailing  ", "trailing  "),
        ("-rw-r--r--   1 o     5 Nov 21 04:04 without group", "without group"),
        ("-rw-r--r--   1 John Doe users 5 Nov 21 04:04 owner with space", "owner with space"),
        ("-rw-r--r--+  1 o g   5 Nov  1 04:04 acl", "acl"),
        ("crw-rw-rw-   1 root root 1, 3 Nov 21 04:04 null", "null"),
        ("-rw-r--r--   1 o g   5 2019-11-21 04:04 iso", "iso"),
        ("-rw-r--r--   1 o g   5 21 Nov 04:04 day first", "day first"),
        ("-rw-r--r--   1 o g   5 Nov 21 04:04 Nov 21 04:04 x", "Nov 21 04:04 x"),
        ("-rw-r--r--   1 5 Dec 5 Nov 21 04:04 group Dec", "group Dec"),
        ("-rw-r--r--   1 o g   5 Nov 21 04:04 a -> b", "a -> b"),
        ("-rw-r--r--   1 o g   5 Nov 21 04:04 -rw-r--r--", "-rw-r--r--"),
    ])
    func namesOfUnix(line: String, name: String) throws {
        #expect(try entry(line).name.string == name)
    }

    @Test func linksLoseTheirTarget() throws {
        #expect(try entry("lrwxrwxrwx 1 o g 1 Nov 21 04:04 link -> f").name.string == "link")
        #expect(try entry("lrwxrwxrwx 1 o g 6 Nov 21 04:04 a -> b -> c -> d").name.string == "a -> b")
        #expect(try entry("lrwxrwxrwx 1 o g 11 Nov 21 04:04 a -> b -> c -> d").name.string == "a")
        #expect(try entry("lrwxrwxrwx 1 o g 9 Nov 21 04:04 a -> b -> c").name.string == "a")
        #expect(try entry("lrwxrwxrwx 1 o g 9 Nov 21 04:04 bare").attributes.type == .symbolicLink)
    }

    @Test func headingsAndTheDirectoryItselfAreNoEntries() throws {
        var reader = ListingReader(.human, clock: Self.clock)
        let text = "total 8\r\ndrwxr-xr-x 2 o g 4096 Nov 21 04:04 .\r\ndrwxr-xr-x 2 o g 4096 Nov 21 04:04 ..\r\n\r\n"
        #expect(try reader.read(ByteBuffer(string: text)).isEmpty)
        #expect(reader.sawDirectoryItself && reader.lineCount == 2)
    }

    /// The year that gives the latest time not after a day from now.
    @Test(arguments: [
        ("Nov 21 04:04", "2026"), ("Nov 22 04:09", "2026"), ("Nov 22 04:11", "2025"), ("Dec 31 23:59", "2025"),
        ("Jan  1 00:00", "2026"), ("Feb 29 12:00", "2024"),
    ])
    func yearsAreGuessed(date: String, year: String) throws {
        let time = try #require(try entry("-rw-r--r-- 1 o g 5 \(date) x").attributes.modified?.time)
        #expect(TimeValue.format(time).prefix(4) == year)
    }

    @Test func aYearIsADayExactly() throws {
        let modified = try #require(try entry("-rw-r--r-- 1 o g 5 Feb 29  2020 x").attributes.modified)
        #expect(modified.resolution == .day && TimeValue.format(modified.time) == "20200229000000")
        #expect(throws: StorageError.self) { try entry("-rw-r--r-- 1 o g 5 Feb 30  2020 x") }
    }

    @Test func zonesShiftAndIgnoranceIsTold() throws {
        let east = ListingClock(now: Self.clock.now, zoneOffset: 2 * 3600)
        let line = "-rw-r--r-- 1 o g 5 Nov 21 04:04 x"
        #expect(try entry(line, clock: east).attributes.modified?.time == Timestamp(seconds: 1_795_233_840 - 7200))
        let unknown = ListingClock(now: Self.clock.now, zoneOffset: nil)
        #expect(try entry(line, clock: unknown).attributes.modified?.resolution == .day)
    }

    @Test func linesOfDOS() throws {
        let directory = try entry("11-21-26  04:04PM       <DIR>          New Folder\r\n")
        #expect(directory.name.string == "New Folder" && directory.attributes.type == .directory)
        let file = try entry("11-21-2026  12:04AM            1,234 a b .txt\r\n")
        #expect(file.name.string == "a b .txt" && file.attributes.size == 1234)
        #expect(file.attributes.modified.map { TimeValue.format($0.time) } == "20261121000400")
        #expect(
            try entry("02-09-85  17:13   9 old").attributes.modified.map { TimeValue.format($0.time) }
                == "19850209171300")
        #expect(try entry("2026-11-21  16:04       <DIR>           lead").name.string == " lead")
    }

    @Test(arguments: [
        "hello", "-rw-r--r-- 1 o g 5 Nov 21 04:04 a/b", "-rw-r--r-- 1 o g 5 Nov 21 04:04", "-rw-r--r--", "total x",
        "Error: directory unreadable", "-rw-r--r-- 1 o g 5 Foo 21 04:04 x", "11-21-26  04:04PM  x name",
    ])
    func whatCannotBeReadIsAnError(line: String) {
        let error = #expect(throws: StorageError.self) { try entries(line + "\r\n") }
        #expect(error?.code == .protocolViolation)
    }

    @Test func linesArriveInAnyPieces() throws {
        let text = (0..<50).map { "-rw-r--r-- 1 o g \($0) Nov 21 04:04 file \($0)\r\n" }.joined()
        for size in [1, 3, 17, 1000] {
            var reader = ListingReader(.human, clock: Self.clock)
            var found: [DirectoryEntry] = []
            let bytes = Array(text.utf8.dropLast(2))
            for start in stride(from: 0, to: bytes.count, by: size) {
                found += try reader.read(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + size)]))
            }
            found += try reader.finish()
            #expect(found.map(\.attributes.size) == Array(0..<50))
        }
    }

    @Test func anEndlessLineIsRefused() {
        var reader = ListingReader(.human, clock: Self.clock)
        #expect(throws: StorageError.self) {
            for _ in 0..<100 { _ = try reader.read(ByteBuffer(repeating: 65, count: 4096)) }
        }
    }

    @Test func randomLinesNeverCrash() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let words = [
            "-rw-r--r--", "drwxr-xr-x", "lrwxrwxrwx", " ", "  ", "1", "99999999999999999999", "Nov", "31", "21",
            "04:04",
            "2026", "->", " -> ", "x", "", ":", "-", "11-21-26", "04:04PM", "<DIR>", ";", "=", "type=", "file", "\t",
            "\0",
            "2026-11-21", "99:99", "modify=99999999999999;", "/", "..", ".",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...12, using: &random)
            let line = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
            for mode in [ListingMode.human, .machine] {
                var reader = ListingReader(mode, clock: Self.clock)
                let found = try? reader.read(ByteBuffer(string: line + "\n"))
                #expect((found?.count ?? 0) <= 1, "seed \(seed)")
            }
        }
    }
}
