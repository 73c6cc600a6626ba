import FTP
import FaultInjection
import FileModel
import RemoteFileSystem
import Synchronization
import Testing

/// Listings that would lead out of the folder, or never end.
@Suite(.timeLimit(.minutes(2)))
struct FTPListingAttacks {
    @Test(arguments: [
        (ListingMode.machine, "type=file;size=1; a/b"), (.machine, "type=file;size=1; ../../etc/passwd"),
        (.machine, "type=dir; /etc"), (.machine, "type=file;size=1; a\0b"), (.machine, "type=file;size=1; "),
        (.human, "-rw-r--r-- 1 o g 1 Nov 21 04:04 ../x"), (.human, "-rw-r--r-- 1 o g 1 Nov 21 04:04 a\0b"),
        (.human, "drwxr-xr-x 1 o g 1 Nov 21 04:04 /etc"), (.human, "lrwxrwxrwx 1 o g 1 Nov 21 04:04 a/b -> c"),
        (.human, "11-21-26  04:04PM  <DIR>  ..\\..\\x/y"), (.machine, "type=file;size=1; split\nin two"),
    ])
    func aNameThatIsNoneEndsTheListing(_ mode: ListingMode, _ line: String) async throws {
        var hostile = HostileFTP()
        hostile.deliver(mode == .machine ? "MLSD" : "LIST", "\(line)\r\n")
        if mode == .human { hostile.deliver("LIST -a", "\(line)\r\n") }
        let site = try await HostileFTPSite(hostile) { $0.listing = mode }
        let error = await attack { _ = try await site.remote.entries(of: .root) }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("cannot read the listing line") == true)
        try await site.stop()
    }

    /// The folder itself and its parent are no entries, whatever a server calls their type.
    @Test func dotsAreNoEntries() async throws {
        var hostile = HostileFTP()
        hostile.deliver("MLSD", "type=file;size=1; .\r\ntype=dir; ..\r\ntype=pdir; x\r\ntype=file;size=1; good\r\n")
        let site = try await HostileFTPSite(hostile)
        #expect(try await site.remote.entries(of: .root).map(\.name.string) == ["good"])
        try await site.stop()
    }

    /// A carriage return in a name would end a command early.
    @Test func aNameWithACarriageReturnReachesNoCommand() async throws {
        var hostile = HostileFTP()
        hostile.deliver("MLSD", "type=file;size=1; a\rDELE b\r\n")
        let site = try await HostileFTPSite(hostile)
        let name = try #require(try await site.remote.entries(of: .root).first?.name)
        #expect(name.holdsLineBreak)
        let error = await attack { try await site.remote.removeFile(RemotePath.root.appending(name)) }
        #expect(error?.code == .invalidName)
        #expect(!site.server.received.contains { $0.contains("DELE") })
        try await site.stop()
    }

    /// Names, all different: ends when the folder is larger than any.
    @Test(arguments: [ListingMode.machine, .human])
    func aListingWithoutEnd(_ mode: ListingMode) async throws {
        let start = mode == .machine ? "type=file;size=1; name" : "-rw-r--r-- 1 o g 1 Nov 21 04:04 name"
        let site = try await endless(mode) { number in
            (number..<(number + 500)).map { "\(start)\($0)\r\n" }.joined()
        }
        let error = await attack { try await site.remote.list(.root) { _ async throws(StorageError) in } }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("more than fits into any folder") == true)
        try await site.stop()
    }

    @Test(arguments: ["type=file;size=1; a\r\n", "type=cdir; .\r\n", "type=file;size=1; a\r\ntype=file;size=1; b\r\n"])
    func theSameNamesAgainAndAgain(_ lines: String) async throws {
        let site = try await endless(.machine) { _ in String(repeating: lines, count: 50) }
        let counted = Mutex(0)
        let error = await attack {
            try await site.remote.list(.root) { batch async throws(StorageError) in
                counted.withLock { $0 += batch.count }
            }
        }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("again and again") == true)
        #expect(counted.withLock { $0 } < 100_000)
        try await site.stop()
    }

    @Test func aLineWithoutEnd() async throws {
        let site = try await endless(.machine) { _ in String(repeating: "x", count: 8000) }
        let error = await attack { _ = try await site.remote.entries(of: .root) }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("longer than 64 KiB, or does not end") == true)
        try await site.stop()
    }

    /// Looking a single name up reads a listing where the server has no MLST.
    @Test func aLookupInAListingWithoutEnd() async throws {
        let site = try await endless(.human) { number in
            (number..<(number + 500)).map { "-rw-r--r-- 1 o g 1 Nov 21 04:04 name\($0)\r\n" }.joined()
        }
        let error = await attack { _ = try await site.remote.attributes(of: .named("other")) }
        #expect(error?.message.contains("more than fits into any folder") == true)
        try await site.stop()
    }

    /// Sends pieces until the client hangs up.
    private func endless(
        _ mode: ListingMode, _ piece: @escaping @Sendable (Int) -> String
    ) async throws -> HostileFTPSite {
        var hostile = HostileFTP()
        let act: HostileFTP.Act = { control, port in
            guard let data = try await port?.connection() else { return }
            try await control.send("150 here\r\n")
            var number = 0
            while (try? await data.send(piece(number))) != nil { number += 500 }
            data.close()
            try await control.send("426 you left\r\n")
        }
        hostile.acts = mode == .machine ? ["MLSD": act] : ["LIST": act, "LIST -a": act]
        if mode == .human { hostile.features = [] }
        return try await HostileFTPSite(hostile) { settings in
            settings.listing = mode
            settings.listingLimit = 4 << 20
        }
    }
}
