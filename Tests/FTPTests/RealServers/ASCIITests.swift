import FTP
import FileModel
import TestServers
import Testing

extension RealServers {
    @Suite(.timeLimit(.minutes(1))) struct ASCIITests {
        static let text = Array("first\nsecond\n\nlast without end".utf8)

        /// vsftpd takes TYPE A and converts nothing, unless it is told to.
        @Test(arguments: [ServerCase.proFTPD, .proFTPDExplicit, .pureFTPd, .pyftpdlib, .vsftpd])
        func linesArriveWithTheServersEnds(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server).with { $0.transferType = .ascii }
            let connection = try await folder.connect()
            let file = try folder.file("f")
            try await connection.put(Self.text, to: file)
            let stored = server == .vsftpd ? Array("first\r\nsecond\r\n\r\nlast without end".utf8) : Self.text
            #expect(folder.content("f") == stored)
            #expect(try await connection.get(file) == Self.text)
            // Between transfers the type is binary: sizes are refused or counted otherwise under TYPE A.
            #expect(try await connection.size(of: file) == Int64(stored.count))
            let entries = try await connection.entries(of: folder.path)
            #expect(entries.map(\.attributes.size) == [Int64(stored.count)])
            #expect(try await connection.attributes(of: file).size == Int64(stored.count))
            await connection.close()
        }

        @Test func aServerThatConvertsOnRequestGetsLines() async throws {
            let server = try await TestServer.vsftpd(extra: ["ascii_upload_enable=YES", "ascii_download_enable=YES"])
            var settings = try ServerFolder.settings(server, .never)
            settings.transferType = .ascii
            let connection = try await FTPConnection.connect(settings)
            let file = try RemotePath("f")
            try await connection.put(Self.text, to: file)
            #expect(try await connection.size(of: file) == Int64(Self.text.count))
            #expect(try await connection.get(file) == Self.text)
            await connection.close()
        }

        @Test(arguments: ServerCase.plain)
        func manyLinesAreStreamed(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server).with { $0.transferType = .ascii }
            let connection = try await folder.connect()
            let lines = Array((0..<40_000).map { "line \($0)\n" }.joined().utf8)
            try await connection.put(lines, to: folder.file("f"))
            #expect(try await connection.get(folder.file("f")) == lines)
            await connection.close()
        }

        @Test func nothingStartsInMidFile() async throws {
            let folder = try await ServerFolder(.proFTPD).with { $0.transferType = .ascii }
            let connection = try await folder.connect()
            folder.put("f", Self.text)
            let file = try folder.file("f")
            #expect(try await !connection.restartsStreams())
            #expect(await storageError { _ = try await connection.get(file, from: 3) }?.code == .unsupported)
            #expect(await storageError { try await connection.put([1], to: file, .offset(3)) }?.code == .unsupported)
            #expect(folder.content("f") == Self.text)
            await connection.close()
        }
    }
}
