import FTP
import FileModel
import TestServers
import Testing

extension RealServers {
    @Suite(.timeLimit(.minutes(2))) struct NameTests {
        static let odd: [[UInt8]] =
            [
                "-dash", "-la", " lead", "trail ", "two  spaces", "*", "a*b", "[x]", "q?", "{a,b}", "~tilde", "q\"uote",
                "s's",
                "back\\slash", "%41", "a -> b", "ü", "e\u{301}", "é", "tab\tx", "$HOME", "#h", ";semi", "a; b", "&a",
                "=eq",
                "Nov 21 04:04 x", "total 12", "...", ".hidden", "日本語",
            ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0x61, 0xE4], Array(repeating: 0x78, count: 255), [1, 0x63]]

        /// Names that a server mangles or refuses; said by `.invalidName` and nothing else.
        static func isRefused(_ name: [UInt8], by kind: ServerKind) -> Bool {
            if kind == .pyftpdlib { return String(validating: name, as: UTF8.self) == nil }
            guard kind == .pureFTPd else { return false }
            return name.last == 32 || name.contains { $0 < 32 || $0 == UInt8(ascii: "\\") }
        }

        @Test(arguments: ServerCase.plain)
        func oddNamesSurviveEveryOperation(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            for bytes in Self.odd {
                let name = try FileName(bytes)
                let path = folder.path.appending(name)
                if Self.isRefused(bytes, by: server.kind) {
                    let error = await storageError { try await connection.put([1], to: path) }
                    #expect(error?.code == .invalidName, "\(name)")
                    continue
                }
                do {
                    try await roundTrip(name, folder, connection)
                } catch {
                    Issue.record("\(name): \(error)")
                }
            }
            await connection.close()
        }

        private func roundTrip(_ name: FileName, _ folder: ServerFolder, _ connection: FTPConnection) async throws {
            let path = folder.path.appending(name)
            let bytes = pattern(name.bytes.count + 3)
            try await connection.put(bytes, to: path)
            let entries = try await connection.entries(of: folder.path)
            #expect(entries.map(\.name) == [name])
            #expect(entries.first?.attributes.size == Int64(bytes.count))
            #expect(try await connection.attributes(of: path).size == Int64(bytes.count))
            #expect(try await connection.get(path) == bytes)
            let time = Timestamp(seconds: 1_577_840_461)
            try await connection.setModificationTime(time, of: path)
            #expect(try await connection.modificationTime(of: path).time == time)
            let other = try folder.file("other")
            try await connection.rename(path, to: other)
            try await connection.rename(other, to: path)
            try await connection.delete(path)
            #expect(try await connection.entries(of: folder.path).isEmpty)
        }

        @Test(arguments: ServerCase.plain)
        func oddNamesAreDirectoriesToo(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            for bytes in Self.odd where !Self.isRefused(bytes, by: server.kind) {
                let name = try FileName(bytes)
                let path = folder.path.appending(name)
                do {
                    try await connection.makeDirectory(path)
                    #expect(try await connection.attributes(of: path).isDirectory, "\(name)")
                    try await connection.put([1, 2], to: path.appending(FileName("f")))
                    #expect(try await connection.entries(of: path).map(\.name.string) == ["f"], "\(name)")
                    #expect(try await connection.get(path.appending(FileName("f"))) == [1, 2])
                    try await connection.delete(path.appending(FileName("f")))
                    try await connection.removeDirectory(path)
                } catch {
                    Issue.record("\(name): \(error)")
                }
            }
            await connection.close()
        }

        @Test func lineBreaksAreRefusedBeforeTheyReachTheServer() async throws {
            let folder = try await ServerFolder(.proFTPD)
            let connection = try await folder.connect()
            let path = try folder.file("a\r\nDELE b")
            for operation in [connection.delete, connection.makeDirectory, connection.removeDirectory] {
                #expect(await storageError { try await operation(path) }?.code == .invalidName)
            }
            #expect(await storageError { _ = try await connection.get(path) }?.code == .invalidName)
            #expect(await storageError { try await connection.list(path) { _ in } }?.code == .invalidName)
            try await connection.noop()
            await connection.close()
        }
    }
}
