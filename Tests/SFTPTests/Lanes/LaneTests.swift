import FaultInjection
import FileModel
import Foundation
import NIOCore
import NIOPosix
import SSH
import TestServers
import Testing
import Transport

@testable import SFTP

/// Big files by several channels of one connection, against sshd on a line of 20 ms.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LaneTests {
    private struct Site {
        let server: TestServer
        let relay: FaultRelay
        let connection: SFTPConnection

        func path(_ name: String) -> SFTPPath { SFTPPath("\(server.rootOnServer)/\(name)") }
        func disk(_ name: String) -> String { "\(server.root)/\(name)" }

        func content(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: disk(name))) }

        func writer(_ name: String) async throws -> SFTPWriter {
            let handle = try await connection.open(path(name), [.write, .create, .truncate])
            return SFTPWriter(connection, handle, path: path(name), plan: WritePlan(size: Int64(BigContent.size)))
        }

        func end() async throws {
            await connection.close()
            #expect(await eventually { server.sessions() == 0 })
            try await relay.stop()
        }
    }

    private func site(maxSessions: Int = 10, fault: Fault? = nil) async throws -> Site {
        let server = try await TestServer.openSSH(maxSessions: maxSessions)
        let relay = try await FaultRelay(to: server.port, latency: .roundTrip(.milliseconds(20)))
        if let fault { relay.inject(fault) }
        let credentials = SSHCredentials(user: server.user, identityFiles: [try #require(server.privateKeyFile)])
        var settings = SSHSettings(endpoint: Endpoint(host: relay.host, port: relay.port), credentials: credentials)
        settings.hostKeys = .any
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return Site(
            server: server, relay: relay,
            connection: try await SFTPConnection.connect(over: .ssh(settings, on: loop), timeout: .seconds(10)))
    }

    private func lanes(_ writer: SFTPWriter) -> Int { writer.state.withLock { $0.lanes.count } }

    private func failure(_ body: () async throws -> Void) async -> StorageError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? StorageError
        }
    }

    @Test func aBigFileGoesBySeveralChannels() async throws {
        let site = try await site()
        let writer = try await site.writer("big")
        try await BigContent.write(0..<(4 << 20), to: writer)
        #expect(await eventually { lanes(writer) == 1 + SFTPSiblings.most })
        try await BigContent.write((4 << 20)..<BigContent.size, to: writer)
        try await writer.close(SFTPAttributes(times: .init(accessed: 1_600_000_000, modified: 1_600_000_001)))
        #expect(try site.content("big") == Data(BigContent.bytes.readableBytesView))
        #expect(try await site.connection.lstat(site.path("big")).times?.modified == 1_600_000_001)
        #expect(site.relay.connections().total == 1)
        try await site.end()
    }

    @Test func unusedChannelsAreClosed() async throws {
        let site = try await site()
        let writer = try await site.writer("big")
        try await BigContent.write(0..<(4 << 20), to: writer)
        #expect(await eventually { lanes(writer) > 1 })
        let sibling = writer.state.withLock { $0.lanes[1].connection }
        try await writer.close()
        #expect(!sibling.isClosed)
        #expect(await eventually(within: .seconds(30)) { sibling.isClosed })
        #expect(!site.connection.isClosed)
        try await site.connection.keepAlive()
        try await site.end()
    }

    @Test func aServerOfFewChannelsIsTakenAsItIs() async throws {
        let site = try await site(maxSessions: 3)
        let writer = try await site.writer("big")
        try await BigContent.write(0..<BigContent.size, to: writer)
        #expect(lanes(writer) <= 3)
        try await writer.close()
        #expect(try site.content("big") == Data(BigContent.bytes.readableBytesView))
        let single = try await self.site(maxSessions: 1)
        let other = try await single.writer("big")
        try await BigContent.write(0..<BigContent.size, to: other)
        #expect(lanes(other) == 1)
        try await other.close()
        #expect(try single.content("big") == Data(BigContent.bytes.readableBytesView))
        try await site.end()
        try await single.end()
    }

    /// Somebody gives the name to another file before it is opened again for the other channels.
    @Test func aNameThatMeansAnotherFileIsNotWrittenTo() async throws {
        let site = try await site()
        let writer = try await site.writer("big")
        try await BigContent.write(0..<1000, to: writer)
        try await writer.drain()
        let stranger = Data(repeating: 7, count: 3 << 20)
        try FileManager.default.moveItem(atPath: site.disk("big"), toPath: site.disk("moved"))
        try stranger.write(to: URL(fileURLWithPath: site.disk("big")))
        #expect(chmod(site.disk("big"), 0o666) == 0)
        try await BigContent.write(1000..<BigContent.size, to: writer)
        #expect(lanes(writer) == 1)
        try await writer.close()
        #expect(try site.content("moved") == Data(BigContent.bytes.readableBytesView))
        #expect(try site.content("big") == stranger)
        try await site.end()
    }

    @Test func aChannelThatEndsIsTold() async throws {
        let site = try await site()
        let writer = try await site.writer("big")
        try await BigContent.write(0..<(4 << 20), to: writer)
        #expect(await eventually { lanes(writer) > 2 })
        await writer.state.withLock { $0.lanes[1].connection }.close()
        let written = await failure {
            try await BigContent.write((4 << 20)..<BigContent.size, to: writer)
            try await writer.close()
        }
        #expect(written != nil)
        writer.abort()
        await writer.settle()
        try await site.connection.keepAlive()
        try await site.end()
    }

    @Test(arguments: [12, 24, 36])
    func aConnectionThatIsCutLeavesNoGapBeforeTheSpan(_ megabytes: Int) async throws {
        let site = try await site(fault: Fault(.reset, after: megabytes << 20, .toServer))
        let writer = try await site.writer("big")
        let written = await failure {
            try await BigContent.write(0..<BigContent.size, to: writer)
            try await writer.close()
        }
        #expect(written?.code == .connectionLost)
        #expect(await eventually { site.server.sessions() == 0 })
        let left = try site.content("big")
        let whole = left.count <= WriteWindow.orderedStart ? left.count : max(0, left.count - Int(WriteWindow.span))
        #expect(left.prefix(whole) == Data(BigContent.bytes.readableBytesView.prefix(whole)))
        try await site.end()
    }
}
