import FileModel
import NIOCore

@testable import FTP

extension FuzzTarget {
    /// Names that come out are names; entries do not depend on how the bytes arrive; what is written is read back.
    static let machineListings = FuzzTarget(
        "MLSD",
        samples: [
            "modify=20261121040459;perm=adfr;size=5;type=file;unique=801U5;UNIX.group=0;UNIX.mode=0644;UNIX.owner=0; a b\r\n",
            "type=cdir;modify=20261121040459; .\r\ntype=pdir; ..\r\ntype=dir;sizd=4096; sub\r\n",
            "Type=OS.unix=slink:/target;Size=7; link\r\n", "size=12 name without facts' end\r\n", " name alone\r\n",
        ],
        words: ["type=", "size=", "modify=", "UNIX.mode=", "; ", ";", "=", " ", "file", "cdir", "OS.unix=slink"]
    ) { input, random in
        try checkListing(.machine, input, &random)
        var line = ArraySlice(input)
        line = line.prefix { $0 != 10 }
        if case .success(let facts) = Result(catching: { () throws(StorageError) in
            try MachineListing.parse(Reply(code: 250, lines: [[], Array(line), []]))
        }) {
            try require(facts.attributes.size >= 0, "a negative size")
        }
        try machineRoundTrip(&random)
    }

    static let humanListings = FuzzTarget(
        "LIST",
        samples: [
            "total 12\r\ndrwxr-xr-x   2 me   us       4096 Nov 21 04:04 .\r\n-rw-r--r--   1 me   us  5 Nov 21  2019 a b\r\n",
            "lrwxrwxrwx 1 me us 6 Nov 21 04:04 link -> target\r\n-rwsr-Sr-T 1 1000 1000 18 2026-11-21 04:04 x\r\n",
            "-rw-r--r-- 1 group with spaces 12 21 Nov 2019 y\r\ncrw-rw-rw- 1 root root 1, 3 Nov 21 04:04 null\r\n",
            "11-21-26  04:04PM       <DIR>          folder\r\n11-21-2026  16:04   1,234 file name\r\n",
            "2026/11/21  04:04    <JUNCTION> j [C:\\t]\r\n", "-rw-r--r-- 1 o g 5 26-11-21 04.04.05 x\r\n",
            "+i8388621.48594,m825718503,r,s280,up644,\tdjb.html\r\n+m824255902,/,\tdev\r\n",
            "total 0\r\nd [R----F--] supervisor 512 Jan 16 18:53    login\r\n- [RWCEAFMS] a b 5 Jan 16  1998 x\r\n",
            "Directory D:[P]\r\n\r\nA.TXT;2 2 30-DEC-1996 17:44 [SYSTEM] (RWED,RWED,RE,RE)\r\nA.TXT;1\r\n  2/4 "
                + "29-DEC-1996 17:44:05\r\nB.DIR;1 %RMS-E-PRV\r\nTotal of 3 files, 216 blocks.\r\n",
            "BAILEYSE 5263360 06/11/97 12:27:39 *FILE     BPTFSAVF\r\nQSYS 5 06/21/97 12:27:39 *DIR d/\r\nO *MEM M\r\n",
            "Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname\r\nAPCSPL 3380 1996/03/11 1 38 FB 80 6160 PS "
                + "USER.DATA\r\nMigrated USER.OLD\r\nPseudo Directory USER.SUB\r\n",
            " Name     VV.MM   Created       Changed      Size  Init   Mod   Id\r\nALPHA 01.07 2019/05/01 2020/11/21 16:04 "
                + "12 10 0 U\r\nBETA\r\n",
        ],
        words: [
            "Nov", "21", "04:04", "2019", " -> ", "<DIR>", "total ", "drwxrwxrwx ", "-", "AM", "PM", "12-31-99",
            "Feb 29", "*FILE", "*DIR", ";1", ".DIR;1", "[R----F--]", "Volume Unit", " Name VV.MM", "2020/11/21", "+",
            ",\t",
            "21-NOV-2026", "PO", "févr.", "+0530",
        ]
    ) { input, random in
        try checkListing(.human, input, &random)
        try humanRoundTrip(&random)
    }

    private static let clock = ListingClock(now: Timestamp(seconds: 1_795_000_000), zoneOffset: 0)

    private static func checkListing(_ mode: ListingMode, _ input: [UInt8], _ random: inout FuzzRandom) throws {
        let zone = random.pick([nil, 0, 43_200, -43_200])
        var clock = ListingClock(now: Timestamp(seconds: 1_795_000_000), zoneOffset: zone)
        if random.once(in: 4) { clock.pattern = try? DatePattern("yy-MM-dd HH.mm.ss") }
        let whole = listing(mode, clock, [input])
        let pieces = listing(mode, clock, random.pieces(of: input))
        switch (whole, pieces) {
        case (.success(let entries), .success(let again)):
            try require(entries == again, "the entries depend on how the bytes arrive")
            for entry in entries { try checkEntry(entry) }
        case (.failure(let error), .failure): try checkError(error)
        default: throw Finding(description: "the listing is readable only in one piece, or only in several")
        }
    }

    private static func listing(
        _ mode: ListingMode, _ clock: ListingClock, _ pieces: [[UInt8]]
    ) -> Result<[DirectoryEntry], StorageError> {
        var reader = ListingReader(mode, clock: clock)
        return Result { () throws(StorageError) in
            var entries: [DirectoryEntry] = []
            for piece in pieces { entries += try reader.read(ByteBuffer(bytes: piece)) }
            return entries + (try reader.finish())
        }
    }

    private static func only(_ mode: ListingMode, _ line: [UInt8]) throws -> DirectoryEntry {
        let entries = try listing(mode, clock, [line + [13, 10]]).get()
        try require(entries.count == 1, "\(entries.count) entries in \(quoted(line))")
        return entries[0]
    }

    private static func machineRoundTrip(_ random: inout FuzzRandom) throws {
        let name = random.fileName()
        let size = Int64(random.next() % 1_000_000_000_000)
        let mode = UInt16(random.below(0o10000))
        let time = Timestamp(seconds: Int64(random.next() % 4_000_000_000))
        let facts = "type=file;size=\(size);modify=\(TimeValue.format(time));UNIX.mode=\(String(mode, radix: 8)); "
        let entry = try only(.machine, Array(facts.utf8) + name)
        let isSame = entry.name.bytes == name && entry.attributes.size == size && entry.attributes.permissions == mode
        try require(isSame && entry.attributes.modified?.time == time, "\(facts)\(quoted(name)) became \(entry)")
    }

    private static func humanRoundTrip(_ random: inout FuzzRandom) throws {
        let name = random.fileName()
        let size = Int64(random.next() % 1_000_000_000)
        let (type, mode) = random.once(in: 2) ? ("-rw-r-x--t", 0o1651) : ("-rwSr-sr--", 0o6654)
        let unix = "\(type)   1 owner us \(size) Feb 29  2024 "
        let entry = try only(.human, Array(unix.utf8) + name)
        try require(entry.name.bytes == name && entry.attributes.size == size, "\(unix)\(quoted(name)) became \(entry)")
        try require(entry.attributes.permissions == UInt16(mode), "\(type) became \(entry.attributes)")
        try require(entry.attributes.modified?.time == Timestamp(seconds: 1_709_164_800), "\(entry.attributes)")
        let eplf = "+i1.2,m1709164800,r,s\(size),up\(String(mode, radix: 8)),\t"
        let third = try only(.human, Array(eplf.utf8) + name)
        let isSame = third.name.bytes == name && third.attributes.size == size && third.attributes.uniqueID == "1.2"
        try require(isSame && third.attributes.permissions == UInt16(mode), "\(eplf)\(quoted(name)) became \(third)")
        let dos = "02-29-24  12:30AM  \(size) "
        let second = try only(.human, Array(dos.utf8) + name)
        try require(
            second.name.bytes == name && second.attributes.size == size, "\(dos)\(quoted(name)) became \(second)")
        try require(second.attributes.modified?.time == Timestamp(seconds: 1_709_166_600), "\(second.attributes)")
    }
}
