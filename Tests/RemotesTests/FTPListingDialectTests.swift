import ConnectionPool
import FTP
import FaultInjection
import FileModel
import Glibc
import NIOCore
import Remotes
import Testing
import Transport

/// Servers that nobody can install any more, played from their published listings.
@Suite(.timeLimit(.minutes(1))) struct FTPListingDialectTests {
    private func site(
        _ dialect: FTPDialect, features: [String] = [], _ change: (inout FTPSettings) throws -> Void = { _ in }
    ) async throws -> (server: ScriptedServer, remote: FTPRemote, memory: ServerMemory) {
        var dialect = dialect
        if !features.isEmpty {
            dialect.answers["FEAT"] = "211-Features\r\n" + features.map { " \($0)\r\n" }.joined() + "211 End\r\n"
        }
        let server = try await ScriptedServer(dialect.serve)
        var settings = FTPSettings(
            endpoint: Endpoint(host: server.host, port: server.port),
            credentials: FTPCredentials(user: "me", password: Secret("sesame")), security: .none)
        settings.timeouts = FTPTimeouts(command: .seconds(5), connect: .seconds(5), verdict: .seconds(5))
        try change(&settings)
        let final = settings
        let remote = FTPRemote(
            identity: "ftp://scripted", root: .absolute(.root),
            pool: PoolConfiguration(name: "x", maximumConnections: 2)
        ) { () throws(StorageError) in try await FTPConnection.connect(final) }
        return (server, remote, settings.memory)
    }

    private static let vms = """
        Directory PUB:[000000]\r\n\r\nA.TXT;2  2/4  21-NOV-2025 04:04:05 [O] (RWED,RWED,RE,)\r\nA.TXT;1\r\n   1/4  \
        20-NOV-2025 04:04:05\r\nSUB.DIR;1  1  8-SEP-2025 16:09 [O] (RWE,RWE,RE,RE)\r\n\r\nTotal of 3 files, 9 blocks.\r\n
        """

    /// Blocks are no size: the whole file is read, however long it is.
    @Test func aFileOfUnknownSizeIsReadToItsEnd() async throws {
        var dialect = FTPDialect()
        dialect.listing = Self.vms
        dialect.files = ["/A.TXT": Array(repeating: 65, count: 3000)]
        let site = try await site(dialect)
        let entries = try await site.remote.entries(of: .root)
        #expect(entries.map(\.name.string) == ["A.TXT", "SUB"])
        #expect(entries.first?.attributes.hasExactSize == false)
        let reader = try await site.remote.openReader(RemotePath("A.TXT"))
        #expect(try await reader.read(at: 0, count: 10_000).readableBytes == 3000)
        #expect(try await reader.read(at: 3000, count: 10_000).readableBytes == 0)
        await reader.close()
        await site.remote.shutdown()
        try await site.server.stop()
    }

    @Test func sizesThatNoListingTellsAreAskedFor() async throws {
        var dialect = FTPDialect()
        dialect.listing = Self.vms
        dialect.answers["SIZE /A.TXT"] = "213 700\r\n"
        let site = try await site(dialect, features: ["SIZE"])
        let file = try #require(try await site.remote.entries(of: .root).first { $0.name.string == "A.TXT" })
        #expect(file.attributes.size == 700 && file.attributes.hasExactSize)
        await site.remote.shutdown()
        try await site.server.stop()
    }

    @Test func aDateThatDoesNotFitTheDefinitionIsTold() async throws {
        var dialect = FTPDialect()
        dialect.listing = "-rw-r--r-- 1 o g 5 Nov 21 04:04 x\r\n"
        let site = try await site(dialect) { $0.times.pattern = try DatePattern("yy-MM-dd HH.mm.ss") }
        let error = await #expect(throws: StorageError.self) { try await site.remote.entries(of: .root) }
        #expect(error?.code == .configuration && error?.message.contains("remote.ftp.date_format") == true)
        await site.remote.shutdown()
        try await site.server.stop()
    }

    @Test func theResolutionOfTheFormatIsACapability() async throws {
        for (pattern, resolution) in [("yy-MM-dd HH.mm.ss", TimeResolution.second), ("dd.MM.yyyy", .day)] {
            let site = try await site(FTPDialect(), features: ["MLST size*;"]) { settings in
                settings.listing = .human
                settings.times.pattern = try DatePattern(pattern)
            }
            let capabilities = try await site.remote.capabilities()
            #expect(capabilities.listingTime == .list && capabilities.listingResolution == resolution)
            await site.remote.shutdown()
            try await site.server.stop()
        }
    }

    /// Without MDTM, a file that was uploaded a moment ago tells the zone of all.
    @Test func anUploadTellsTheZone() async throws {
        let wall = Timestamp.now().seconds + 19_800
        var dialect = FTPDialect()
        dialect.listing =
            "-rw-r--r-- 1 o g 1 \(Self.listed(wall)) new\r\n-rw-r--r-- 1 o g 1 \(Self.listed(wall - 600)) old\r\n"
        let site = try await site(dialect)
        let writer = try await site.remote.openWriter(RemotePath("new"), .truncate, permissions: nil, expectedSize: 1)
        try await writer.write(ByteBuffer(string: "x"), at: 0)
        try await writer.close()
        let old = try #require(try await site.remote.entries(of: .root).first { $0.name.string == "old" })
        #expect(site.memory.zoneOffset == 19_800)
        #expect(old.attributes.modified?.time == Timestamp(seconds: wall - 20_400).rounded(down: .minute))
        await site.remote.shutdown()
        try await site.server.stop()
    }

    private static func listed(_ wall: Int64) -> String {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var seconds = time_t(wall)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let two = { (number: Int32) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(names[Int(parts.tm_mon)]) \(two(parts.tm_mday)) \(two(parts.tm_hour)):\(two(parts.tm_min))"
    }

    @Test func anotherCharacterSetTurnsUTF8Off() async throws {
        for (prefers, line) in [(true, "OPTS UTF8 ON"), (false, "OPTS UTF8 OFF")] {
            let site = try await site(FTPDialect(), features: ["UTF8"]) { $0.prefersUTF8 = prefers }
            _ = try await site.remote.capabilities()
            #expect(site.server.received.contains(line))
            await site.remote.shutdown()
            try await site.server.stop()
        }
    }
}
