import FTP
import FaultInjection
import FileModel
import NIOCore
import RemoteFileSystem
import Testing

/// Sizes that lie, ends that are none, and data that stops.
@Suite(.timeLimit(.minutes(2)))
struct FTPTransferAttacks {
    private let content = String(repeating: "0123456789", count: 10)

    /// Reads `/a` from its start until it ends.
    private func read(_ site: HostileFTPSite) async throws -> Int {
        let reader = try await site.remote.openReader(.named("a"))
        var position = 0
        while true {
            let piece = try await reader.read(at: Int64(position), count: 10)
            position += piece.readableBytes
            if piece.readableBytes == 0 || position > 10 << 20 { break }
        }
        await reader.close()
        return position
    }

    @Test(arguments: [("10", StorageError.Code.staleHandle), ("1000", .corrupted), ("999999999999999999", .corrupted)])
    func aSizeThatLies(_ size: String, _ code: StorageError.Code) async throws {
        var hostile = HostileFTP()
        hostile.show("a", size: size)
        hostile.deliver("RETR", content)
        let site = try await HostileFTPSite(hostile)
        let error = await attack { _ = try await read(site) }
        #expect(error?.code == code)
        let words = code == .corrupted ? "ended after 100 bytes although the server told \(size)" : "has grown"
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        try await site.stop()
    }

    @Test(arguments: ["-5", "18446744073709551616", "0x10", ""])
    func aSizeThatIsNoNumber(_ size: String) async throws {
        var hostile = HostileFTP()
        hostile.show("a", size: size)
        hostile.deliver("RETR", content)
        let site = try await HostileFTPSite(hostile)
        let attributes = try await site.remote.attributes(of: .named("a"))
        #expect(attributes.size == 0 && !attributes.hasExactSize)
        // What has no known size is read to its end.
        #expect(try await read(site) == 100)
        try await site.stop()
    }

    /// Allowed: the last bytes are still under way.
    @Test func theReplyBeforeTheLastBytes() async throws {
        var hostile = HostileFTP()
        hostile.show("a", size: "100")
        let content = content
        hostile.acts["RETR"] = { control, port in
            let data = try await port?.connection()
            try await control.send("150 here\r\n226 done\r\n")
            try await data?.send(String(content.prefix(50)))
            try await control.send("")
            try await data?.send(String(content.dropFirst(50)))
            data?.close()
        }
        let site = try await HostileFTPSite(hostile)
        #expect(try await read(site) == 100)
        try await site.stop()
    }

    @Test func theReplyBeforeBytesThatNeverCome() async throws {
        var hostile = HostileFTP()
        hostile.show("a", size: "100")
        let content = content
        hostile.acts["RETR"] = { control, port in
            let data = try await port?.connection()
            try await control.send("150 here\r\n226 done\r\n")
            try await data?.send(String(content.prefix(50)))
            try await control.holdStill()
        }
        let site = try await HostileFTPSite(hostile)
        let error = await attack { _ = try await read(site) }
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("confirmed the transfer, but its data did not end") == true)
        try await site.stop()
    }

    @Test func theReplyBeforeBytesThatAreMissing() async throws {
        var hostile = HostileFTP()
        hostile.show("a", size: "100")
        let content = content
        hostile.acts["RETR"] = { control, port in
            let data = try await port?.connection()
            try await control.send("150 here\r\n226 done\r\n")
            try await data?.send(String(content.prefix(50)))
            data?.close()
        }
        let site = try await HostileFTPSite(hostile)
        let error = await attack { _ = try await read(site) }
        #expect(error?.code == .corrupted)
        try await site.stop()
    }

    @Test(arguments: ["RETR", "MLSD"])
    func aMissingReplyAtTheEnd(_ verb: String) async throws {
        var hostile = HostileFTP()
        hostile.show("a", size: "5")
        hostile.acts[verb] = { control, port in
            try await control.send("150 here\r\n")
            try await port?.deliver(Array((verb == "RETR" ? "12345" : "type=file;size=1; a\r\n").utf8))
            try await control.holdStill()
        }
        let site = try await HostileFTPSite(hostile)
        let error = await attack {
            if verb == "RETR" { _ = try await read(site) } else { _ = try await site.remote.entries(of: .root) }
        }
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("did not confirm the transfer") == true)
        try await site.stop()
    }

    @Test(arguments: ["RETR", "MLSD"])
    func dataThatStalls(_ verb: String) async throws {
        var hostile = HostileFTP()
        hostile.show("a", size: "100")
        hostile.acts[verb] = { control, port in
            let data = try await port?.connection()
            try await control.send("150 here\r\n")
            try await data?.send("type=fi")
            try await control.holdStill()
        }
        let site = try await HostileFTPSite(hostile)
        let error = await attack {
            if verb == "RETR" { _ = try await read(site) } else { _ = try await site.remote.entries(of: .root) }
        }
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("no data moved for 1 s") == true)
        try await site.stop()
    }

    /// Nobody reads: the server must not be able to fill our memory.
    @Test func dataThatNobodyTakes() async throws {
        var hostile = HostileFTP()
        hostile.show("a", size: "99999999999")
        let sent = Tally()
        hostile.acts["RETR"] = { control, port in
            let data = try await port?.connection()
            try await control.send("150 here\r\n")
            let block = [UInt8](repeating: 7, count: 65_536)
            while (try? await data?.send(block)) != nil { sent.add(block.count) }
        }
        let site = try await HostileFTPSite(hostile)
        let reader = try await site.remote.openReader(.named("a"))
        #expect(try await reader.read(at: 0, count: 10).readableBytes == 10)
        var before = -1
        while sent.count != before {
            before = sent.count
            try await Task.sleep(for: .milliseconds(300))
        }
        // Our window, and what the kernel holds for two sockets (tcp(7), tcp_rmem and tcp_wmem).
        #expect(sent.count < 96 << 20, "\(sent.count >> 20) MiB")
        await reader.close()
        try await site.stop()
    }

    // MARK: - Uploads

    private func upload(_ site: HostileFTPSite) async throws {
        let writer = try await site.remote.openWriter(.named("up"), .truncate, permissions: nil, expectedSize: 8 << 20)
        let block = ByteBuffer(repeating: 7, count: 1 << 20)
        for index in 0..<8 { try await writer.write(block, at: Int64(index) << 20) }
        try await writer.close()
    }

    @Test func anUploadThatIsConfirmedBeforeItIsComplete() async throws {
        var hostile = HostileFTP()
        hostile.acts["STOR"] = { control, port in
            let data = try await port?.connection()
            try await control.send("150 go on\r\n")
            _ = try await data?.bytes(1000)
            try await control.send("226 all well\r\n")
            try await control.holdStill()
        }
        let site = try await HostileFTPSite(hostile)
        let error = await attack { try await upload(site) }
        #expect(error?.code == .corrupted)
        #expect(error?.message.contains("before it was complete") == true)
        try await site.stop()
    }

    @Test func anUploadThatNobodyTakes() async throws {
        var hostile = HostileFTP()
        hostile.acts["STOR"] = { control, port in
            let data = try await port?.connection()
            try await control.send("150 go on\r\n")
            try await data?.stopReading()
            try await control.holdStill()
        }
        let site = try await HostileFTPSite(hostile)
        let error = await attack { try await upload(site) }
        #expect(error?.code == .timedOut)
        try await site.stop()
    }

    @Test func anUploadWithoutAVerdict() async throws {
        var hostile = HostileFTP()
        hostile.acts["STOR"] = { control, port in
            try await control.send("150 go on\r\n")
            _ = try await port?.receive()
            try await control.holdStill()
        }
        let site = try await HostileFTPSite(hostile)
        let error = await attack { try await upload(site) }
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("did not confirm the transfer") == true)
        try await site.stop()
    }
}
