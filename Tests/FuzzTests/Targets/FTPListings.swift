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
            "2026/11/21  04:04    <JUNCTION> j\r\n",
        ],
        words: [
            "Nov", "21", "04:04", "2019", " -> ", "<DIR>", "total ", "drwxrwxrwx ", "-", "AM", "PM", "12-31-99",
            "Feb 29",
        ]
    ) { input, random in
        try checkListing(.human, input, &random)
        try humanRoundTrip(&random)
    }

    private static let clock = ListingClock(now: Timestamp(seconds: 1_795_000_000), zoneOffset: 0)

    private static func checkListing(_ mode: ListingMode, _ input: [UInt8], _ random: inout FuzzRandom) throws {
        let zone = random.pick([nil, 0, 43_200, -43_200])
        let clock = ListingClock(now: Timestamp(seconds: 1_795_000_000), zoneOffset: zone)
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
        let dos = "02-29-24  12:30AM  \(size) "
        let second = try only(.human, Array(dos.utf8) + name)
        try require(
            second.name.bytes == name && second.attributes.size == size, "\(dos)\(quoted(name)) became \(second)")
        try require(second.attributes.modified?.time == Timestamp(seconds: 1_709_166_600), "\(second.attributes)")
    }
}
