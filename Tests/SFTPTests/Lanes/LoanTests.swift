import FileModel
import Foundation
import NIOPosix
import SSH
import Synchronization
import TestServers
import Testing
import Transport

@testable import SFTP

/// Big files over two connections to an sshd nearby.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LoanTests {
    /// A connection that is lent once.
    private final class Lender: Sendable {
        let connection: SFTPConnection
        private let pressure = Mutex<(@Sendable () -> Bool)?>(nil)
        private let counts = Mutex((asked: 0, returned: 0))

        init(_ connection: SFTPConnection) { self.connection = connection }

        var asked: Int { counts.withLock { $0.asked } }
        var returned: Int { counts.withLock { $0.returned } }
        /// Whether the borrower uses it.
        var isInUse: Bool { pressure.withLock { $0 != nil } }

        func borrow() -> SFTPLoan {
            counts.withLock { $0.asked += 1 }
            return SFTPLoan(
                connection, onPressure: { body in self.pressure.withLock { $0 = body } },
                end: { self.counts.withLock { $0.returned += 1 } })
        }

        func askBack() -> Bool { pressure.withLock { $0 }?() ?? false }
    }

    private struct Site {
        let server: TestServer
        let first: SFTPConnection
        let lender: Lender

        func path(_ name: String) -> SFTPPath { SFTPPath("\(server.rootOnServer)/\(name)") }

        func content(_ name: String) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: "\(server.root)/\(name)"))
        }

        func writer(size: Int64? = nil) async throws -> SFTPWriter {
            let handle = try await first.open(path("big"), [.write, .create, .truncate])
            return SFTPWriter(first, handle, path: path("big"), plan: WritePlan(size: size)) { [lender] in
                lender.borrow()
            }
        }

        /// A writer of which 20 MiB were written, so that it uses both connections.
        func sharedWriter() async throws -> SFTPWriter {
            let writer = try await writer()
            try await BigContent.write(0..<(20 << 20), to: writer, piece: 1 << 20)
            #expect(await eventually { lender.isInUse })
            return writer
        }

        func end() async throws {
            await first.close()
            await lender.connection.close()
            #expect(await eventually { server.sessions() == 0 })
        }
    }

    private func site() async throws -> Site {
        let server = try await TestServer.openSSH()
        let first = try await nearby(server)
        return Site(server: server, first: first, lender: Lender(try await nearby(server)))
    }

    /// A connection that was made while the machine had no other work to speak of.
    private func nearby(_ server: TestServer) async throws -> SFTPConnection {
        let credentials = SSHCredentials(user: server.user, identityFiles: [try #require(server.privateKeyFile)])
        var settings = SSHSettings(endpoint: Endpoint(host: server.host, port: server.port), credentials: credentials)
        settings.hostKeys = .any
        for _ in 0..<50 {
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let connection = try await SFTPConnection.connect(over: .ssh(settings, on: loop), timeout: .seconds(10))
            if connection.roundTrip < WritePlan.shortestRoundTrip { return connection }
            await connection.close()
        }
        throw StorageError(.timedOut, "no connection was made at once")
    }

    private let times = SFTPAttributes(times: .init(accessed: 1_600_000_000, modified: 1_600_000_001))

    @Test func aBigFileGoesByTwoConnections() async throws {
        let site = try await site()
        let writer = try await site.sharedWriter()
        try await BigContent.write((20 << 20)..<BigContent.size, to: writer, piece: 1 << 20)
        try await writer.close(times)
        #expect(try site.content("big") == Data(BigContent.bytes.readableBytesView))
        #expect(try await site.first.lstat(site.path("big")).times?.modified == 1_600_000_001)
        #expect(await eventually { site.lender.returned == 1 })
        #expect(site.lender.asked == 1)
        try await site.end()
    }

    /// Others wait for a connection: it goes back before the file ends, and nothing of the file is lost.
    @Test func aConnectionThatIsAskedBackGoesBack() async throws {
        let site = try await site()
        let writer = try await site.sharedWriter()
        try await BigContent.write((20 << 20)..<(32 << 20), to: writer, piece: 1 << 20)
        #expect(site.lender.askBack())
        try await BigContent.write((32 << 20)..<(40 << 20), to: writer, piece: 1 << 20)
        #expect(await eventually { site.lender.returned == 1 })
        try await site.lender.connection.keepAlive()
        try await BigContent.write((40 << 20)..<BigContent.size, to: writer, piece: 1 << 20)
        try await writer.close(times)
        #expect(try site.content("big") == Data(BigContent.bytes.readableBytesView))
        #expect(site.lender.returned == 1)
        try await site.end()
    }

    @Test func aSecondConnectionThatIsLostIsTold() async throws {
        let site = try await site()
        let writer = try await site.sharedWriter()
        await site.lender.connection.close()
        await #expect(throws: StorageError.self) {
            try await BigContent.write((20 << 20)..<BigContent.size, to: writer, piece: 1 << 20)
            try await writer.close()
        }
        writer.abort()
        await writer.settle()
        #expect(await eventually { site.lender.returned == 1 })
        try await site.first.keepAlive()
        try await site.end()
    }

    /// What one connection carries as fast as it comes, or what is not big, needs no second one.
    @Test func oneConnectionIsEnoughForASlowWriterAndForASmallFile() async throws {
        let site = try await site()
        let slow = try await site.writer()
        for start in stride(from: 0, to: 20 << 20, by: 1 << 20) {
            try await BigContent.write(start..<(start + (1 << 20)), to: slow)
            try await slow.drain()
        }
        try await slow.close()
        let small = try await site.writer(size: WritePlan.sharedFile - 1)
        try await BigContent.write(0..<(20 << 20), to: small, piece: 1 << 20)
        try await small.close()
        #expect(site.lender.asked == 0)
        try await site.end()
    }
}
