import FaultInjection
import FileModel
import Glibc
import NIOCore
import RemoteFileSystem
import TestServers
import Testing

/// One file read over two connections, on a real OpenSSH.
@Suite(.serialized, .timeLimit(.minutes(2))) struct FurtherReaderTests {
    private static let text = String(repeating: "0123456789abcdef", count: 40_000)

    private func site(
        host: String? = nil, _ server: TestServer? = nil, _ connections: Int = 4, downloads: Int = .max
    ) async throws -> PoolSite {
        let server = if let server { server } else { try await TestServer.openSSH() }
        let site = try PoolSite(server, host: host) {
            $0.maximumConnections = connections
            $0.maximumDownloadStreams = downloads
        }
        try await site.write("file", Self.text)
        return site
    }

    private func content(_ reader: any RemoteReader) async throws -> String {
        String(buffer: try await reader.read(at: 0, count: Self.text.utf8.count + 1))
    }

    @Test func aFurtherReaderHasAConnectionOfItsOwn() async throws {
        let site = try await site()
        let reader = try await site.remote.openReader(RemotePath("file"))
        let further = try #require(await reader.another())
        #expect(site.snapshot().open == 2 && site.snapshot().downloadStreams == 2)
        #expect(try await content(further) == Self.text)
        #expect(try await content(reader) == Self.text)
        await further.close()
        #expect(try await content(reader) == Self.text)
        await reader.close()
        await site.remote.shutdown()
    }

    @Test(arguments: [(1, Int.max), (4, 1)])
    func thereIsNoneWhereOneConnectionMayBe(_ connections: Int, _ downloads: Int) async throws {
        let site = try await site(nil, connections, downloads: downloads)
        let reader = try await site.remote.openReader(RemotePath("file"))
        #expect(await reader.another() == nil)
        #expect(try await content(reader) == Self.text)
        await reader.close()
        await site.remote.shutdown()
    }

    /// Another content of the same size and time is noticed at its end.
    @Test(arguments: [true, false]) func thereIsNoneWhenTheNameMeansAnotherFile(hasSameTime: Bool) async throws {
        let site = try await site()
        let reader = try await site.remote.openReader(RemotePath("file"))
        let modified = try #require(reader.attributes?.modified)
        try await site.write("other", String(Self.text.reversed()))
        if hasSameTime {
            try await site.remote.setAttributes(RemotePath("other"), AttributeChanges(modified: modified.time))
        } else {
            let later = modified.time.advanced(by: .seconds(60))
            try await site.remote.setAttributes(RemotePath("other"), AttributeChanges(modified: later))
        }
        try await site.remote.rename(RemotePath("other"), to: RemotePath("file"), mode: .replace)
        #expect(await reader.another() == nil)
        #expect(try await content(reader) == Self.text, "the handle stands for the file that was opened")
        await reader.close()
        await site.remote.shutdown()
    }

    @Test func aFurtherReaderEndsWithItsConnection() async throws {
        let server = try await TestServer.openSSH()
        let relay = try await FaultRelay(to: server.port)
        let site = try await site(host: relay.host, server)
        let reader = try await site.remote.openReader(RemotePath("file"))
        let further = try #require(await reader.another())
        relay.resetAll()
        await #expect(throws: StorageError.self) { try await content(further) }
        await #expect(throws: StorageError.self) { try await content(further) }
        #expect(try await content(reader) == Self.text, "the first one opens the file anew")
        #expect(site.snapshot().downloadStreams == 1)
        await further.close()
        await reader.close()
        await site.remote.shutdown()
        try await relay.stop()
    }
}
