import FTP
import FaultInjection
import FileModel
import Synchronization
import Transport

/// A way to list files that no packaged server has, with a sample that was published.
struct ListingDialectSample: Sendable {
    let name: String
    let lines: [String]

    static let all = [
        ListingDialectSample(
            name: "Unix, dates without year",
            lines: [
                "total 3", "-rw-r--r--   1 root     other        531 Jan 29 03:26 READ ME",
                "drwxr-xr-x   2 root     other        512 Apr  8  1994 etc",
                "lrwxrwxrwx   1 root     other          7 Jan 25 00:17 bin -> usr/bin",
            ]),
        ListingDialectSample(
            name: "DOS",
            lines: [
                "04-27-00  09:09PM       <DIR>          licensed", "04-14-00  03:47PM                  589 read me.htm",
                "11/21/2020  12:04 AM    <SYMLINKD>     link [D:\\a b]",
            ]),
        ListingDialectSample(
            name: "OpenVMS",
            lines: [
                "Directory ANONYMOUS_ROOT:[PUB]", "",
                "CORE.DIR;1          1  8-SEP-1996 16:09:00 [SYSTEM] (RWE,RWE,RE,RE)",
                "README.TXT;2  213/216  29-JAN-1996 03:33:12  [ANONYMOU,ANONYMOUS]   (RWED,RWED,,)",
                "README.TXT;1  213/216  28-JAN-1996 03:33:12  [ANONYMOU,ANONYMOUS]   (RWED,RWED,,)", "",
                "Total of 3 files, 429 blocks.",
            ]),
        ListingDialectSample(
            name: "OS/400",
            lines: [
                "BAILEYSE     5263360 06/21/97 12:27:39 *FILE      BPTFSAVF",
                "QSYS           77824 02/23/00 15:09:55 *DIR       dir/",
            ]),
        ListingDialectSample(
            name: "MVS, data sets",
            lines: [
                "Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname",
                "APCSPL 3380   1996/03/11  1   38  FB      80  6160  PS  USER.DATA",
                "SYSRES 3390   2020/11/21  1    5  FB      80 27920  PO  USER.CNTL",
            ]),
        ListingDialectSample(
            name: "MVS, members",
            lines: [
                " Name     VV.MM   Created       Changed      Size  Init   Mod   Id",
                "ALPHA     01.07 2019/05/01 2020/11/21 16:04    12    10     0 USER1",
            ]),
        ListingDialectSample(
            name: "NetWare",
            lines: [
                "total 0", "d [R----F--] supervisor            512       Jan 16  1998    login",
                "- [R----F--] rhesus             214059       Oct 20 15:27    cx.exe",
            ]),
        ListingDialectSample(
            name: "EPLF",
            lines: ["+i8388621.29609,m824255902,/,\tdev", "+i8388621.44468,m839956783,r,s10376,\tRFCEPLF"]),
    ]

    /// The listing as the client's own session reads it from a server that speaks it.
    func entries() async throws -> [DirectoryEntry] {
        var dialect = FTPDialect()
        dialect.listing = lines.map { $0 + "\r\n" }.joined()
        let server = try await ScriptedServer(dialect.serve)
        var settings = FTPSettings(
            endpoint: Endpoint(host: server.host, port: server.port),
            credentials: FTPCredentials(user: "me", password: Secret("sesame")), security: .none)
        // Otherwise an unknown zone, and not the listing, says how good times are.
        settings.times.zone = .utc
        let connection = try await FTPConnection.connect(settings)
        let found = Mutex<[DirectoryEntry]>([])
        try await connection.list(.root) { batch in found.withLock { $0 += batch } }
        await connection.close()
        try await server.stop()
        return found.withLock { $0 }
    }
}

/// What is read of each dialect: the second generated part of docs/servers.md.
struct DialectTable {
    static let head = ["listing", "names of the sample", "exact sizes", "time resolution", "links"]

    static func text() async throws -> String {
        var lines = [head, head.map { _ in "---" }]
        for sample in ListingDialectSample.all { lines.append([sample.name] + Self.row(try await sample.entries())) }
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    private static func row(_ entries: [DirectoryEntry]) -> [String] {
        let files = entries.filter { $0.attributes.type == .regular }
        let links = entries.filter { $0.attributes.type == .symbolicLink }
        return [
            entries.map { "`\($0.name)\($0.attributes.isDirectory ? "/" : "")`" }.sorted().joined(separator: ", "),
            files.isEmpty ? "–" : files.allSatisfy { $0.attributes.hasExactSize } ? "yes" : "no",
            resolutions(entries),
            links.isEmpty ? "–" : "yes",
        ]
    }

    /// All that occur, the finest first.
    private static func resolutions(_ entries: [DirectoryEntry]) -> String {
        let found = Set(entries.compactMap { $0.attributes.modified?.resolution }).sorted()
        return found.isEmpty ? "no times" : found.map(word).joined(separator: ", ")
    }

    private static func word(_ resolution: TimeResolution) -> String {
        switch resolution {
        case .second: "1 s"
        case .minute: "1 min"
        case .day: "1 day"
        default: "\(resolution.duration)"
        }
    }
}
