import FTP
import FileModel
import NIOCore
import RemoteFileSystem
import TestServers
import Testing

/// Servers that lack one of the commands that were added to FTP since RFC 959, or say nothing of what they have.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct OldServerTests {
    static let lacking: [[String]] = [
        ["MLSD", "MLST"], ["SIZE"], ["MDTM"], ["MFMT"], ["EPSV"], ["REST"], ["FEAT"], ["OPTS"], ["SITE CHMOD"],
        ["SIZE", "MLSD", "MLST"], ["MDTM", "MLSD", "MLST"], ["FEAT", "REST"],
    ]

    @Test(arguments: lacking)
    func everythingWorksWithout(_ commands: [String]) async throws {
        var options = PyFTPdOptions()
        options.without = Set(commands)
        try await everythingWorks(on: options)
    }

    @Test func everythingWorksWithoutUTF8() async throws {
        var options = PyFTPdOptions()
        options.hiddenFeatures = ["UTF8"]
        try await everythingWorks(on: options)
    }

    private func everythingWorks(on options: PyFTPdOptions) async throws {
        let served = try await ServedRemote.ftp(.pyftpdlib(options))
        let remote = served.remote
        let bytes = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
        let (first, second) = (try RemotePath("d\u{E9}/f"), try RemotePath("d\u{E9}/g"))
        let folder = try RemotePath("d\u{E9}")
        try await remote.createDirectory(folder, permissions: nil)
        try await write(bytes, to: first, on: remote)
        let found = try await remote.attributes(of: first)
        #expect(found.size == Int64(bytes.count))
        let age = Timestamp.now().duration(since: try #require(found.modified).time)
        #expect(age > .seconds(-60) && age < .seconds(180), "\(found)")
        #expect(try await remote.entries(of: folder).map(\.attributes.size) == [Int64(bytes.count)])
        try await read(bytes, from: first, on: remote)
        try await remote.rename(first, to: second, mode: .replace)
        let error = await #expect(throws: StorageError.self) { _ = try await remote.attributes(of: first) }
        #expect(error?.code == .notFound)
        try await remote.removeFile(second)
        try await remote.removeDirectory(folder)
        #expect(try await remote.entries(of: .root).isEmpty)
        await remote.shutdown()
        served.server?.stop()
    }

    private func write(_ bytes: [UInt8], to path: RemotePath, on remote: any RemoteFileSystem) async throws {
        let writer = try await remote.openWriter(
            path, .truncate, permissions: nil, expectedSize: Int64(bytes.count))
        try await writer.write(ByteBuffer(bytes: bytes), at: 0)
        try await writer.close()
    }

    /// In jumps, forwards and back.
    private func read(_ bytes: [UInt8], from path: RemotePath, on remote: any RemoteFileSystem) async throws {
        let reader = try await remote.openReader(path)
        for offset in [1_200_000, 10, 700_000, 1_499_999] {
            let piece = try await reader.read(at: Int64(offset), count: 5_000)
            #expect(Array(piece.readableBytesView) == Array(bytes[offset..<min(bytes.count, offset + 5_000)]))
        }
        await reader.close()
    }

    @Test func aServerWithoutRESTIsNotAskedForItAgain() async throws {
        var options = PyFTPdOptions()
        options.without = ["REST"]
        let served = try await ServedRemote.ftp(.pyftpdlib(options))
        let bytes = [UInt8](repeating: 7, count: 1_500_000)
        let path = try RemotePath("f")
        try await write(bytes, to: path, on: served.remote)
        #expect(try await !served.remote.capabilities().resumableRead)
        try await read(bytes, from: path, on: served.remote)
        let log = try #require(served.server?.log())
        #expect(log.split(separator: "<- REST").count == 2, "asked once")
        await served.remote.shutdown()
    }

    /// The server ends silent sessions after a second; signs of life keep one open.
    @Test func anIdleSessionIsKeptAlive() async throws {
        var options = PyFTPdOptions()
        options.idleTimeout = 1
        let served = try await ServedRemote.ftp(.pyftpdlib(options)) { $1.keepAlive = .milliseconds(200) }
        let server = try #require(served.server)
        _ = try await served.remote.entries(of: .root)
        #expect(await eventually { server.log().split(separator: "<- NOOP").count > 10 })
        _ = try await served.remote.entries(of: .root)
        #expect(server.log().split(separator: "USER '\(server.user)' logged in").count == 2, "one login")
        await served.remote.shutdown()
    }
}
