import FileModel
import NIOCore
import Testing

@testable import FTP

/// What is expected of one line: `d name`, `- name 512 20260116185300`, `l`, `s`; `~` stands before a size that is not
/// exact, `?` for no time.
struct ListedLine: Sendable, CustomTestStringConvertible {
    let line: String
    let expected: String

    init(_ line: String, _ expected: String) {
        self.line = line
        self.expected = expected
    }

    var testDescription: String { line }
}

func summary(_ entry: DirectoryEntry) -> String {
    let attributes = entry.attributes
    let letter =
        switch attributes.type {
        case .regular: "-"
        case .directory: "d"
        case .symbolicLink: "l"
        case .special: "s"
        }
    let size = attributes.type == .regular ? " \(attributes.hasExactSize ? "" : "~")\(attributes.size)" : ""
    return "\(letter) \(entry.name)\(size) \(attributes.modified.map { TimeValue.format($0.time) } ?? "?")"
}

/// 2026-11-21 04:10 UTC.
private let clock = ListingClock(now: Timestamp(seconds: 1_795_234_200), zoneOffset: 0)

func listed(_ text: String, _ clock: ListingClock = clock) throws -> [DirectoryEntry] {
    var reader = ListingReader(.human, clock: clock)
    return try reader.read(ByteBuffer(string: text)) + reader.finish()
}

func listed(_ lines: [String], _ clock: ListingClock = clock) throws -> [String] {
    try listed(lines.map { $0 + "\r\n" }.joined(), clock).map(summary)
}

/// Samples that were published for each kind of server, among them those of ftpparse.
@Suite struct FamilyListingTests {
    @Test(arguments: [
        ListedLine("-rw-r--r--   1 root     other        531 Jan 29 03:26 README", "- README 531 20260129032600"),
        ListedLine("dr-xr-xr-x   2 root     other        512 Apr  8  1994 etc", "d etc 19940408000000"),
        ListedLine("dr-xr-xr-x   2 root     512 Apr  8  1994 etc", "d etc 19940408000000"),
        ListedLine("lrwxrwxrwx   1 root     other          7 Jan 25 00:17 bin -> usr/bin", "l bin 20260125001700"),
        // Windows NT in its Unix mode, WFTPD, NetPresenz for the Mac
        ListedLine(
            "----------   1 owner    group         1803128 Jul 10 10:18 ls-lR.Z", "- ls-lR.Z 1803128 20260710101800"),
        ListedLine("d---------   1 owner    group               0 May  9 19:45 Softlib", "d Softlib 20260509194500"),
        ListedLine(
            "-rwxrwxrwx   1 noone    nogroup      322 Aug 19  1996 message.ftp", "- message.ftp 322 19960819000000"),
        ListedLine(
            "-------r--         326  1391972  1392298 Nov 22  1995 MegaPhone.sit",
            "- MegaPhone.sit 1392298 19951122000000"),
        ListedLine("drwxrwxr-x               folder        2 May 10  1996 network", "d network 19960510000000"),
        // busybox, ACL marks, links that touch the permissions, devices
        ListedLine("-rw-r--r--    1 root     root             5 Nov 21 04:04 b", "- b 5 20261121040400"),
        ListedLine("drwxr-xr-x@  3 me  staff   96 Nov 21 04:04 mac", "d mac 20261121040400"),
        ListedLine("-rw-r--r--. 1 root root 5 Nov 21 04:04 selinux", "- selinux 5 20261121040400"),
        ListedLine("-rw-rw-r--+ 1 root root 5 Nov 21 04:04 acl", "- acl 5 20261121040400"),
        ListedLine("drwxrwxrwx132 root sys 4096 Nov 21 04:04 many", "d many 20261121040400"),
        ListedLine("brw-rw---- 1 root disk 8, 0 Nov 21 04:04 sda", "s sda 20261121040400"),
        ListedLine("crw-rw-rw- 1 root root 1,3 Nov 21 04:04 null", "s null 20261121040400"),
        ListedLine("prw-r--r-- 1 root root 0 Nov 21 04:04 pipe", "s pipe 20261121040400"),
        // The day first, other languages, other styles of ls
        ListedLine("-rw-r--r-- 1 o g 5 21 Nov 04:04 x", "- x 5 20261121040400"),
        ListedLine("-rw-r--r-- 1 o g 5 21. Okt 04:04 x", "- x 5 20261021040400"),
        ListedLine("-rw-r--r-- 1 o g 5 Mär 21 2019 x", "- x 5 20190321000000"),
        ListedLine("-rw-r--r-- 1 o g 5 21 févr. 04:04 x", "- x 5 20260221040400"),
        ListedLine("-rw-r--r-- 1 o g 5 21 août 2019 x", "- x 5 20190821000000"),
        ListedLine("-rw-r--r-- 1 o g 5 dic 21 2019 x", "- x 5 20191221000000"),
        ListedLine("-rw-r--r-- 1 o g 5 11月 21日 04:04 x", "- x 5 20261121040400"),
        ListedLine("-rw-r--r-- 1 o g 5 Nov 21 04:04:05 2019 x", "- x 5 20191121040405"),
        ListedLine("-rw-r--r-- 1 o g 5 2026-11-21 04:04:05.123456789 +0530 x", "- x 5 20261120223405"),
        ListedLine("-rw-r--r-- 1 o g 5 2026-11-21 04:04:05 +0530 x", "- +0530 x 5 20261121040405"),
    ])
    func unix(_ sample: ListedLine) throws {
        #expect(try listed([sample.line]) == [sample.expected])
    }

    @Test(arguments: [
        ListedLine("04-27-00  09:09PM       <DIR>          licensed", "d licensed 20000427210900"),
        ListedLine("04-14-00  03:47PM                  589 readme.htm", "- readme.htm 589 20000414154700"),
        ListedLine("11-21-2026  16:04  5 four digits", "- four digits 5 20261121160400"),
        ListedLine("11-21-2026  04:04 PM  5 apart", "- apart 5 20261121160400"),
        ListedLine("21.11.2026  16:04    <DIR>          Punkte", "d Punkte 20261121160400"),
        ListedLine("2026-11-21  16:04    <DIR>          iso", "d iso 20261121160400"),
        ListedLine("11/21/2026  12:04 AM    <JUNCTION>     Docs [C:\\Users\\x]", "l Docs 20261121000400"),
        ListedLine("11/21/2026  12:04 AM    <SYMLINKD>     link [D:\\a b]", "l link 20261121000400"),
        ListedLine("11-21-26  04:04PM  5 not a link [x]", "- not a link [x] 5 20261121160400"),
    ])
    func dos(_ sample: ListedLine) throws {
        #expect(try listed([sample.line]) == [sample.expected])
    }

    @Test(arguments: [
        ListedLine("+i8388621.29609,m824255902,/,\tdev", "d dev 19960213235822"),
        ListedLine("+i8388621.44468,m839956783,r,s10376,\tRFCEPLF", "- RFCEPLF 10376 19960813171943"),
        ListedLine("+r,\tunsized", "- unsized ~0 ?"), ListedLine("+m825718503,\tneither", "s neither 19960301221503"),
        ListedLine("+up644,r,s5,\t lead and \t tab", "-  lead and \\x09 tab 5 ?"),
    ])
    func eplf(_ sample: ListedLine) throws {
        #expect(try listed([sample.line]) == [sample.expected])
    }

    @Test func eplfTellsMomentsModesAndIdentities() throws {
        let entry = try #require(try listed("+i8388621.44468,m839956783,r,s10376,up644,\tx\r\n").first)
        #expect(entry.attributes.uniqueID == "8388621.44468" && entry.attributes.permissions == 0o644)
        #expect(entry.attributes.modified?.source == .mlsd && entry.attributes.modified?.resolution == .second)
    }

    @Test(arguments: [
        ListedLine("d [R----F--] supervisor            512       Jan 16 18:53    login", "d login 20260116185300"),
        ListedLine(
            "- [R----F--] rhesus             214059       Oct 20 15:27    cx.exe", "- cx.exe 214059 20261020152700"),
        ListedLine("- [RWCEAFMS] John Doe 5 Jan 16  1998    a b.txt", "- a b.txt 5 19980116000000"),
        ListedLine("d [ RWCEAFM] supervisor  512  Jan 16 18:53  x", "d x 20260116185300"),
    ])
    func netWare(_ sample: ListedLine) throws {
        #expect(try listed(["total 0", sample.line]) == [sample.expected])
    }

    @Test func aListingIsOfOneFamily() {
        let error = #expect(throws: StorageError.self) {
            try listed(["-rw-r--r-- 1 o g 5 Nov 21 04:04 x", "04-14-00  03:47PM  589 readme.htm"])
        }
        #expect(error?.message.contains("'04-14-00  03:47PM  589 readme.htm': it is not like the lines before") == true)
    }

    @Test(arguments: ["total 12", "total 1.2M", "insgesamt 12", "totale 12K", "Total 0"])
    func totalsAreNoEntries(_ line: String) throws {
        #expect(try listed([line, "-rw-r--r-- 1 o g 5 Nov 21 04:04 x"]) == ["- x 5 20261121040400"])
    }

    @Test(arguments: [
        "-rw-r--r-- 1 o g 5 Foo 21 04:04 x", "-rw-r--r-- 1 o g 5 Feb 30 2020 x", "04-31-00  03:47PM  589 readme.htm",
        "- [R----F--] rhesus 5 Okt 32 15:27 x", "A.B;1 5 31-FEB-1996 03:33:12", "OWNER 5 31/31/97 12:27:39 *FILE X",
    ])
    func aDateThatCannotBeReadIsQuoted(_ line: String) {
        let error = #expect(throws: StorageError.self) { try listed([line]) }
        #expect(error?.message.hasPrefix("cannot read the date '") == true, "\(String(describing: error))")
        #expect(error?.message.contains("in the listing line '\(line)'") == true)
        #expect(error?.message.contains("remote.ftp.date_format") == true)
    }
}
