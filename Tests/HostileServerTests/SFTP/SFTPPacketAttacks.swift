import FaultInjection
import FileModel
import NIOCore
import RemoteFileSystem
import Testing

/// Packets that lie about their length, their kind or whom they answer.
@Suite(.timeLimit(.minutes(1)))
struct SFTPPacketAttacks {
    private let path: RemotePath

    init() throws { path = try .named("a") }

    /// The error of `attributes(of: /a)`, answered with `bytes` in place of a packet.
    private func answerToStat(_ bytes: @escaping @Sendable (UInt32) -> [UInt8]) async throws -> StorageError? {
        var hostile = HostileSFTP()
        hostile.acts[.lstat] = { call, peer in try await peer.send(bytes(call.id)) }
        let site = try await HostileSFTPSite(hostile)
        var error: StorageError?
        await boundedMemory {
            error = await attack(within: .seconds(5)) { _ = try await site.remote.attributes(of: path) }
        }
        try await site.stop()
        return error
    }

    @Test(arguments: [0xFFFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0x0020_0000] as [UInt32])
    func aPacketOfGigabytes(_ length: UInt32) async throws {
        let error = try await answerToStat { _ in Packet.number(length) + [105, 0, 0, 0] }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("a packet of \(length) bytes") == true)
    }

    @Test func aPacketOfNothing() async throws {
        let error = try await answerToStat { _ in [0, 0, 0, 0] }
        #expect(error?.message.contains("a packet of 0 bytes") == true)
    }

    /// As long as is allowed, byte by byte, and never complete.
    @Test func aPacketThatNeverEnds() async throws {
        let error = try await answerToStat { id in Packet.number(1 << 20) + [105] + Packet.number(id) }
        #expect(error?.code == .timedOut)
    }

    @Test(arguments: [0, 77, 0xFFFF_FFFF] as [UInt32])
    func anAnswerToNoRequest(_ id: UInt32) async throws {
        let error = try await answerToStat { _ in Packet.file(id, size: 1).bytes }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("answered a request that was not made") == true)
    }

    @Test func theSameAnswerTwice() async throws {
        var hostile = HostileSFTP()
        let tally = Tally()
        hostile.acts[.lstat] = { call, peer in
            tally.add()
            let again = tally.count == 1 ? Packet.file(call.id, size: 2).bytes : []
            try await peer.send(Packet.file(call.id, size: 1).bytes + again)
        }
        let site = try await HostileSFTPSite(hostile)
        #expect(try await site.remote.attributes(of: path).size == 1)
        // It ends the connection, with whatever is under way on it; after that there is a new one.
        _ = try? await site.remote.attributes(of: path)
        #expect(try await site.remote.attributes(of: path).size == 1)
        #expect(site.server.connections == 2)
        try await site.stop()
    }

    @Test(arguments: [0, 1, 6, 99, 106, 255] as [UInt8])
    func aPacketOfAnUnknownType(_ type: UInt8) async throws {
        let error = try await answerToStat { Packet(type, id: $0).bytes }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("a packet of type \(type)") == true)
    }

    @Test func anAnswerOfTheWrongKind() async throws {
        for answer in [Packet.handle, { Packet.data($0, $1) }] as [@Sendable (UInt32, [UInt8]) -> Packet] {
            let error = try await answerToStat { answer($0, [1]).bytes }
            #expect(error?.code == .protocolViolation)
            #expect(error?.message.contains("an answer of the wrong kind (look at /a)") == true)
        }
        let error = try await answerToStat { Packet.status($0, 0).bytes }
        #expect(error?.code == .protocolViolation)
    }

    /// Every cut of a good answer.
    @Test func attributesThatAreCutShort() async throws {
        let whole = Packet.file(0, size: 1).bytes
        for length in stride(from: 5, to: whole.count - 4, by: 3) {
            let error = try await answerToStat { id in
                Packet.number(UInt32(length)) + [105] + Packet.number(id) + whole[9..<(4 + length)]
            }
            #expect(error?.message.contains("a packet ends before its contents do") == true, "\(length)")
        }
    }

    @Test(arguments: [257, 1 << 20])
    func aLongHandle(_ count: Int) async throws {
        var hostile = HostileSFTP()
        hostile.answer(.opendir) { Packet.handle($0, [UInt8](repeating: 1, count: count)) }
        let site = try await HostileSFTPSite(hostile)
        let error = await attack { _ = try await site.remote.entries(of: .root) }
        #expect(error?.code == .protocolViolation)
        let words = count == 257 ? "a handle has 257 bytes" : "a packet of \(count + 9) bytes"
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        try await site.stop()
    }

    /// The words of a refusal reach logs and terminals.
    @Test func aRefusalThatFloodsAndPaints() async throws {
        let text = "\u{1B}[2Jgone\r\n" + String(repeating: "x", count: 500_000)
        let error = try await answerToStat { Packet.status($0, 4, text).bytes }
        #expect(error?.serverReply?.hasPrefix("\\x1B[2Jgone\\x0D\\x0A") == true)
        #expect((error?.description.utf8.count ?? 0) < 3000)
    }
}

/// Greetings that are none.
@Suite(.timeLimit(.minutes(1)))
struct SFTPGreetingAttacks {
    private func error(_ script: @escaping ScriptedServer.Script) async throws -> StorageError? {
        let site = try await HostileSFTPSite(script)
        let error = await attack(within: .seconds(4)) { _ = try await site.remote.capabilities() }
        try await site.stop()
        return error
    }

    @Test func silence() async throws {
        let error = try await error { try await $0.holdStill() }
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("did not answer the SFTP greeting within 1 s") == true)
    }

    @Test func textOfALoginScript() async throws {
        let error = try await error { session in
            _ = try await session.bytes(9)
            try await session.send("Welcome to \u{1B}[31mDebian\u{1B}[0m\r\n")
            try await session.holdStill()
        }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("it sent text ('Welcome to \\x1B[31mDebian") == true)
        #expect(error?.message.contains("does a login script on the server print something?") == true)
    }

    @Test func anotherVersion() async throws {
        let error = try await error { session in
            _ = try await session.bytes(9)
            try await session.send(Packet(2, id: 6).bytes)
            try await session.holdStill()
        }
        #expect(error?.message.contains("it speaks version 6 instead of 3") == true)
    }

    /// The answer to REALPATH never comes, or has no name, or thousands.
    @Test func aLoginFolderThatIsNone() async throws {
        var hostile = HostileSFTP()
        hostile.answer(.realpath) { Packet.names($0, []) }
        let site = try await HostileSFTPSite(hostile)
        #expect(try await site.remote.capabilities().identity == "sftp://hostile")
        try await site.stop()
        hostile.acts[.realpath] = { _, peer in try await peer.holdStill() }
        let error = try await error(hostile.serve)
        #expect(error?.code == .timedOut)
    }

    @Test func limitsThatCannotBe() async throws {
        var hostile = HostileSFTP()
        var version = Packet(2, id: 3)
        version.add(Array("limits@openssh.com".utf8))
        version.add(Array("1".utf8))
        hostile.version = version
        for limit in [UInt64.max, 0, 1, 1 << 63] {
            hostile.answer(.extended) { id in
                var packet = Packet(201, id: id)
                for _ in 0..<4 { packet.add(limit) }
                return packet
            }
            let site = try await HostileSFTPSite(hostile)
            let block = try await site.remote.capabilities().blockSize
            #expect((512...261_120).contains(block), "\(limit) gave \(block)")
            try await site.stop()
        }
    }
}
