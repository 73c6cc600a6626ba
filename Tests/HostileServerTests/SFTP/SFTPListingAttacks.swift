import FaultInjection
import FileModel
import RemoteFileSystem
import Synchronization
import Testing

/// Folders whose names lead out of them, or never end.
@Suite(.timeLimit(.minutes(2)))
struct SFTPListingAttacks {
    /// Answers every READDIR with what `packet` makes of the request's id and number.
    private func site(_ packet: @escaping @Sendable (UInt32, Int) -> Packet) async throws -> HostileSFTPSite {
        var hostile = HostileSFTP()
        let tally = Tally()
        hostile.acts[.readdir] = { call, peer in
            tally.add()
            try await peer.send(packet(call.id, tally.count).bytes)
        }
        return try await HostileSFTPSite(hostile)
    }

    @Test(arguments: ["a/b", "../../etc/passwd", "/etc", "a\0b", ""])
    func aNameThatIsNoneEndsTheListing(_ name: String) async throws {
        let site = try await site { id, number in number == 1 ? .names(id, ["good", name]) : .status(id, 1) }
        let seen = Mutex<[DirectoryEntry]>([])
        let error = await attack {
            try await site.remote.list(.root) { batch async throws(StorageError) in seen.withLock { $0 += batch } }
        }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("listed a file that cannot exist") == true)
        #expect(seen.withLock { $0 }.isEmpty)
        try await site.stop()
    }

    @Test func dotsAreNoEntries() async throws {
        let site = try await site { id, number in number == 1 ? .names(id, [".", "..", "good", ".."]) : .status(id, 1) }
        #expect(try await site.remote.entries(of: .root).map(\.name.string) == ["good"])
        try await site.stop()
    }

    @Test(arguments: [["a"], ["."], (0..<300).map { "name\($0)" }])
    func theSameNamesAgainAndAgain(_ names: [String]) async throws {
        let site = try await site { id, _ in .names(id, names) }
        let error = await attack { try await site.remote.list(.root) { _ async throws(StorageError) in } }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("again and again") == true)
        try await site.stop()
    }

    @Test func aListingWithoutEnd() async throws {
        let site = try await site { id, number in .names(id, (0..<100).map { "name\(number)-\($0)" }) }
        let error = await attack { try await site.remote.list(.root) { _ async throws(StorageError) in } }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("more than fits into any folder") == true)
        try await site.stop()
    }

    /// Answers without names are no progress either.
    @Test func emptyAnswersWithoutEnd() async throws {
        let site = try await site { id, _ in .names(id, []) }
        let error = await attack { try await site.remote.list(.root) { _ async throws(StorageError) in } }
        #expect(error?.code == .protocolViolation)
        try await site.stop()
    }

    /// As many short names as fit into an answer, in every answer of a flight.
    @Test func answersFullOfTinyNames() async throws {
        let tiny = [0, 0, 0, 1, 65, 0, 0, 0, 0, 0, 0, 0, 0] as [UInt8]
        let many = Array(repeatElement(tiny, count: 80_000).joined())
        let site = try await site { id, number in
            var packet = Packet(104, id: id)
            packet.add(UInt32(number < 126 ? 1 : 80_000))
            packet.add(raw: number < 126 ? tiny : many)
            return packet
        }
        await boundedMemory {
            let error = await attack { try await site.remote.list(.root) { _ async throws(StorageError) in } }
            #expect(error?.code == .protocolViolation)
        }
        try await site.stop()
    }

    @Test(arguments: [0xFFFF_FFFF, 0x7FFF_FFFF, 3] as [UInt32])
    func aCountThatLies(_ count: UInt32) async throws {
        let site = try await site { id, _ in
            var packet = Packet(104, id: id)
            packet.add(count)
            packet.add(Array("a".utf8))
            return packet
        }
        let error = await attack { _ = try await site.remote.entries(of: .root) }
        #expect(error?.code == .protocolViolation)
        try await site.stop()
    }

    /// A link is shown as a link, wherever it leads; READLINK gives bytes, and nothing follows them.
    @Test func aLinkOutOfTheFolderIsOnlyALink() async throws {
        var hostile = HostileSFTP()
        let tally = Tally()
        hostile.acts[.readdir] = { call, peer in
            tally.add()
            let packet = tally.count == 1 ? Packet.names(call.id, ["out"], mode: 0o120777) : .status(call.id, 1)
            try await peer.send(packet.bytes)
        }
        hostile.answer(.lstat) { Packet.file($0, size: 11, mode: 0o120777) }
        hostile.answer(.readlink) { Packet.names($0, ["/etc/passwd"]) }
        let site = try await HostileSFTPSite(hostile)
        let entry = try #require(try await site.remote.entries(of: .root).first)
        #expect(entry.attributes.type == .symbolicLink)
        let path = RemotePath.root.appending(entry.name)
        #expect(try await site.remote.attributes(of: path).type == .symbolicLink)
        #expect(try await site.remote.readLink(path) == Array("/etc/passwd".utf8))
        try await site.stop()
    }

    @Test func aLinkWithTwoTargets() async throws {
        var hostile = HostileSFTP()
        hostile.answer(.readlink) { Packet.names($0, ["a", "b"]) }
        let site = try await HostileSFTPSite(hostile)
        let error = await attack { _ = try await site.remote.readLink(.named("l")) }
        #expect(error?.code == .protocolViolation)
        try await site.stop()
    }
}
