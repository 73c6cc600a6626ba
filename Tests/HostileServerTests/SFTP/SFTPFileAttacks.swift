import FaultInjection
import FileModel
import NIOCore
import RemoteFileSystem
import Testing

/// Reads and writes that are answered with something else.
@Suite(.timeLimit(.minutes(1)))
struct SFTPFileAttacks {
    private func read(_ site: HostileSFTPSite, count: Int = 1000) async throws -> ByteBuffer {
        let reader = try await site.remote.openReader(.named("a"))
        do {
            let bytes = try await reader.read(at: 0, count: count)
            await reader.close()
            return bytes
        } catch {
            await reader.close()
            throw error
        }
    }

    @Test(arguments: [1001, 200_000])
    func moreBytesThanAskedFor(_ count: Int) async throws {
        var hostile = HostileSFTP()
        hostile.answer(.read) { Packet.data($0, [UInt8](repeating: 7, count: count)) }
        let site = try await HostileSFTPSite(hostile)
        let error = await attack { _ = try await read(site) }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("more bytes than were asked for") == true)
        try await site.stop()
    }

    @Test func aByteAtATime() async throws {
        var hostile = HostileSFTP()
        hostile.answer(.stat) { Packet.file($0, size: 1 << 40) }
        hostile.answer(.read) { Packet.data($0, [7]) }
        let site = try await HostileSFTPSite(hostile)
        let error = await attack { _ = try await read(site, count: 1 << 20) }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("a few bytes each") == true)
        try await site.stop()
    }

    /// Nothing is reserved for what a server only claims to have.
    @Test(arguments: [UInt64.max, 1 << 63, 1 << 62])
    func aSizeBeyondAllBounds(_ size: UInt64) async throws {
        var hostile = HostileSFTP()
        hostile.answer(.stat) { Packet.file($0, size: size) }
        hostile.answer(.lstat) { Packet.file($0, size: size) }
        let site = try await HostileSFTPSite(hostile)
        #expect(try await site.remote.attributes(of: .named("a")).size > 0)
        try await boundedMemory {
            let bytes = try await read(site, count: 4 << 20)
            #expect(bytes.readableBytes == 0)
        }
        try await site.stop()
    }

    /// The file is longer than told: what was asked for is delivered, no more.
    @Test func aSizeThatIsTooSmall() async throws {
        var hostile = HostileSFTP()
        hostile.answer(.stat) { Packet.file($0, size: 10) }
        hostile.answer(.read) { Packet.data($0, [UInt8](repeating: 7, count: 1000)) }
        let site = try await HostileSFTPSite(hostile)
        #expect(try await read(site).readableBytes == 1000)
        try await site.stop()
    }

    @Test(arguments: [SFTPCall.Kind.open, .read, .stat])
    func silence(_ kind: SFTPCall.Kind) async throws {
        var hostile = HostileSFTP()
        hostile.acts[kind] = { _, peer in try await peer.holdStill() }
        let site = try await HostileSFTPSite(hostile)
        let error = await attack(within: .seconds(5)) { _ = try await read(site) }
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("within 1 s") == true)
        try await site.stop()
    }

    @Test(arguments: [SFTPCall.Kind.open, .write, .close])
    func anUploadWithoutAVerdict(_ kind: SFTPCall.Kind) async throws {
        var hostile = HostileSFTP()
        hostile.acts[kind] = { _, peer in try await peer.holdStill() }
        let site = try await HostileSFTPSite(hostile)
        let error = await attack(within: .seconds(5)) {
            let writer = try await site.remote.openWriter(.named("a"), .truncate, permissions: nil, expectedSize: 5)
            try await writer.write(ByteBuffer(string: "12345"), at: 0)
            try await writer.close()
        }
        #expect(error?.code == .timedOut)
        try await site.stop()
    }

    /// One byte every now and then is no sign of life.
    @Test func anAnswerInDrops() async throws {
        var hostile = HostileSFTP()
        hostile.acts[.stat] = { call, peer in
            for byte in Packet.file(call.id, size: 1).bytes {
                try await peer.send([byte])
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        let site = try await HostileSFTPSite(hostile)
        let error = await attack(within: .seconds(5)) { _ = try await read(site) }
        #expect(error?.code == .timedOut)
        try await site.stop()
    }
}
