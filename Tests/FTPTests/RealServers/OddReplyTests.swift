import FTP
import FileModel
import TestServers
import Testing

extension RealServers {
    /// A real server whose replies are those of others.
    @Suite(.timeLimit(.minutes(1))) struct OddReplyTests {
        static let codes: [[String: String]] = [
            ["125": "150"], ["226": "250"], ["125": "150", "226": "250"],
            // No preliminary reply at all.
            ["125": "", "150": ""],
        ]

        @Test(arguments: codes)
        func transfersDoNotDependOn(_ codes: [String: String]) async throws {
            var options = PyFTPdOptions()
            options.codes = codes
            let server = try await TestServer.pyftpdlib(options)
            for mode in [DataConnectionMode.automatic, .active] {
                var settings = try ServerFolder.settings(server, .never)
                settings.timeouts.command = .seconds(2)
                settings.data.mode = mode
                let connection = try await FTPConnection.connect(settings)
                let file = try RemotePath("f")
                try await connection.put(pattern(2_000_000), to: file)
                #expect(try await connection.get(file) == pattern(2_000_000))
                try await connection.put([], to: file)
                #expect(try await connection.get(file).isEmpty)
                #expect(try await connection.entries(of: .root).map(\.name.string) == ["f"])
                #expect(await storageError { _ = try await connection.get(RemotePath("nope")) }?.code == .notFound)
                await connection.close()
            }
        }

        @Test(arguments: ServerCase.allCases)
        func oneStepAtATimeWorksToo(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server).with { $0.data.isSynchronized = true }
            let connection = try await folder.connect()
            for size in [0, 300_000] {
                try await connection.put(pattern(size), to: folder.file("f"))
                #expect(try await connection.get(folder.file("f")) == pattern(size))
                #expect(try await connection.entries(of: folder.path).count == 1)
            }
            let download = try await connection.retrieve(folder.file("f"))
            _ = try await download.next()
            download.breakOff()
            #expect(try await connection.get(folder.file("f"), from: 299_000).count == 1_000)
            #expect(await storageError { _ = try await connection.get(folder.file("no")) }?.code == .notFound)
            await connection.close()
        }
    }
}
