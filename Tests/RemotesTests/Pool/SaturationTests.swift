import FileModel
import NIOCore
import RemoteFileSystem
import TestServers
import Testing

/// A pool that is full of transfers.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SaturationTests {
    /// Eight uploads hold every session that transfers may have, more wait, and none of them ends.
    @Test func aLookUpDoesNotWaitForTransfers() async throws {
        let site = try PoolSite(try await .proFTPD()) { $0.maximumConnections = 9 }
        var writers: [any RemoteWriter] = []
        for number in 0..<8 { writers.append(try await open("up \(number)", site)) }
        let waiting = (8..<12).map { number in Task { try await open("up \(number)", site) } }
        #expect(await eventually { site.snapshot().waiters == 4 })
        let start = ContinuousClock.now
        for _ in 0..<20 { _ = try await site.remote.attributes(of: .root) }
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(site.snapshot().waiters == 4 && site.snapshot().uploadStreams == 8)
        for writer in writers { try await writer.close() }
        for task in waiting { try await task.value.close() }
        await site.remote.shutdown()
        #expect(site.logins == 9)
    }

    /// What is asked in the background leaves a session for whoever comes meanwhile, and makes ready a second one.
    @Test func thereIsRoomForMoreOnlyWhereASessionIsLeft() async throws {
        let site = try PoolSite(try await .proFTPD())
        _ = try await site.remote.attributes(of: .root)
        #expect(!site.remote.hasRoomForMore())
        #expect(await eventually { site.snapshot().idle == 2 })
        #expect(site.remote.hasRoomForMore())
        let writer = try await open("one", site)
        #expect(!site.remote.hasRoomForMore())
        #expect(site.snapshot().open + site.snapshot().connecting == 2)
        try await writer.close()
        #expect(await eventually { site.remote.hasRoomForMore() })
        await site.remote.shutdown()
        #expect(site.logins == 2)
    }

    @Test func theLimitOfUploadsIsKeptOnTheServer() async throws {
        let site = try PoolSite(try await .proFTPD()) { $0.maximumUploadStreams = 2 }
        let first = try await open("one", site)
        let second = try await open("two", site)
        let third = Task { try await open("three", site) }
        #expect(await eventually { site.snapshot().waiters == 1 })
        // What waits for uploads holds up neither look-ups nor downloads.
        #expect(try await site.remote.entries(of: .root).count == 2)
        #expect(site.server.sessions() == 3 && site.snapshot().uploadStreams == 2)
        try await first.close()
        try await third.value.close()
        try await second.close()
        await site.remote.shutdown()
    }

    /// Two files are read in turns over one stream: each gives it back to the other, and nothing stands still.
    @Test(arguments: [PoolServer.proFTPD, .openSSH])
    func readersTakeTurnsOnOneStream(_ kind: PoolServer) async throws {
        let site = try PoolSite(try await kind.start()) { $0.maximumDownloadStreams = 1 }
        let text = String(repeating: "0123456789abcdef", count: 40_000)
        for name in ["a", "b"] { try await site.write(name, text) }
        let readers = try await [
            site.remote.openReader(RemotePath("a")), site.remote.openReader(RemotePath("b")),
        ]
        var offset: Int64 = 0
        while offset < text.utf8.count {
            for reader in readers {
                let bytes = try await reader.read(at: offset, count: 160_000)
                #expect(bytes.readableBytes == min(160_000, text.utf8.count - Int(offset)))
            }
            #expect(site.snapshot().downloadStreams <= 1)
            offset += 160_000
        }
        for reader in readers { await reader.close() }
        await site.remote.shutdown()
    }

    /// sshd drops connections while too many logins are under way; that is no limit of sessions, and costs nobody a
    /// request.
    @Test func aServerThatTakesOneLoginAtATimeServesAll() async throws {
        let server = try await TestServer.openSSH(extra: ["MaxStartups 1:100:1"])
        let site = try PoolSite(server) { $0.maximumConnecting = 4 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<400 {
                group.addTask { _ = try await site.remote.attributes(of: .root) }
            }
            try await group.waitForAll()
        }
        #expect(site.snapshot().learnedLimit == nil && site.snapshot().open > 0)
        await site.remote.shutdown()
    }

    private func open(_ name: String, _ site: PoolSite) async throws -> any RemoteWriter {
        try await site.remote.openWriter(RemotePath(name), .truncate, permissions: nil, expectedSize: 5)
    }
}
