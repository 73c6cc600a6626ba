import FTP
import FileModel
import TestServers
import Testing
import Transport

extension RealServers {
    /// Data connections that the server makes.
    @Suite(.timeLimit(.minutes(2))) struct ActiveModeTests {
        static let modes: [DataConnectionMode] = [.active, .extendedActive]

        @Test(arguments: ServerCase.allCases, modes)
        func everyKindOfTransferWorks(on server: ServerCase, _ mode: DataConnectionMode) async throws {
            let folder = try await ServerFolder(server).with { $0.data.mode = mode }
            let connection = try await folder.connect()
            for size in [0, 70_000, 2_000_000] {
                let bytes = pattern(size)
                try await connection.put(bytes, to: folder.file("f\(size)"))
                #expect(folder.content("f\(size)") == bytes)
                #expect(try await connection.get(folder.file("f\(size)")) == bytes)
            }
            #expect(try await connection.get(folder.file("f70000"), from: 60_000) == Array(pattern(70_000)[60_000...]))
            #expect(try await connection.entries(of: folder.path).count == 3)
            #expect(await storageError { _ = try await connection.get(folder.file("nope")) }?.code == .notFound)
            try await connection.noop()
            await connection.close()
            // Pure-FTPd logs no commands, and vsftpd none that are encrypted.
            if server.kind == .proFTPD || server.kind == .pyftpdlib {
                #expect(folder.server.log().contains(mode == .active ? "PORT 127,0,0,1," : "EPRT |1|127.0.0.1|"))
            }
        }

        @Test(arguments: ServerCase.resuming)
        func theTLSSessionIsResumed(on server: ServerCase) async throws {
            for version in TLSVersionCase.allCases {
                let folder = try await ServerFolder(server).requiringResumption(version)
                let active = folder.with { $0.data.mode = .active }
                let connection = try await active.connect()
                folder.put("f", pattern(1000))
                for _ in 0..<5 {
                    #expect(try await connection.get(folder.file("f")).count == 1000)
                    #expect(try await connection.entries(of: folder.path).count == 1)
                }
                await connection.close()
            }
        }

        @Test(arguments: [ServerTLS.none, .explicit])
        func overIPv6ThereIsEPRT(_ tls: ServerTLS) async throws {
            var options = PyFTPdOptions()
            options.listensOnIPv6 = true
            let server = try await TestServer.pyftpdlib(options, tls: tls)
            var settings = try ServerFolder.settings(server, tls == .none ? .never : .explicit)
            settings.endpoint = Endpoint(host: "::1", port: server.port)
            settings.data.mode = .extendedActive
            let connection = try await FTPConnection.connect(settings)
            let file = try RemotePath("f")
            try await connection.put(pattern(300_000), to: file)
            #expect(try await connection.get(file) == pattern(300_000))
            #expect(try await connection.entries(of: .root).count == 1)
            #expect(server.log().contains("EPRT"))
            await connection.close()

            settings.data.mode = .active
            let other = try await FTPConnection.connect(settings)
            let error = await storageError { _ = try await other.get(file) }
            #expect(error?.code == .configuration && error?.message.contains("eprt") == true)
            await other.close()
        }

        @Test func passiveModeWorksOverIPv6() async throws {
            var options = PyFTPdOptions()
            options.listensOnIPv6 = true
            let server = try await TestServer.pyftpdlib(options)
            var settings = try ServerFolder.settings(server, .never)
            settings.endpoint = Endpoint(host: "::1", port: server.port)
            let connection = try await FTPConnection.connect(settings)
            try await connection.put(pattern(300_000), to: RemotePath("f"))
            #expect(try await connection.get(RemotePath("f")) == pattern(300_000))
            await connection.close()
        }

        @Test(arguments: ServerCase.plain)
        func aTransferBrokenOffLeavesTheSessionInOrder(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server).with { $0.data.mode = .active }
            let connection = try await folder.connect()
            let file = try folder.file("big")
            try await connection.put(pattern(4_000_000), to: file)
            for _ in 0..<3 {
                let download = try await connection.retrieve(file)
                _ = try await download.next()
                download.breakOff()
                #expect(try await connection.size(of: file) == 4_000_000)
            }
            await connection.close()
        }

        /// The port is given back after each transfer, and a second session can use the range at the same time.
        ///
        /// Not on pyftpdlib 1.5.7: PORT makes it close the descriptor of the session's last data connection once more,
        /// which is another session's by then.
        @Test(arguments: [ServerCase.proFTPD, .vsftpd, .pureFTPd])
        func oneRangeServesManyTransfers(on server: ServerCase) async throws {
            let first = 9_990
            let folder = try await ServerFolder(server).with {
                $0.data.mode = .active
                $0.data.activePorts = first...first + 4
            }
            folder.put("f", pattern(1000))
            try await withThrowingTaskGroup { group in
                for _ in 0..<2 {
                    group.addTask {
                        let connection = try await folder.connect()
                        for _ in 0..<10 { #expect(try await connection.get(folder.file("f")).count == 1000) }
                        await connection.close()
                    }
                }
                try await group.waitForAll()
            }
        }

        @Test func theAddressThatIsToldIsTheUsers() async throws {
            let folder = try await ServerFolder(.vsftpd).with {
                $0.data.mode = .active
                $0.data.activeAddress = "203.0.113.9"
            }
            let connection = try await folder.connect()
            let error = await storageError { _ = try await connection.entries(of: folder.path) }
            #expect(error?.code == .dataConnectionFailed, "\(String(describing: error))")
            #expect(error?.message.contains("refuses active data connections") == true)
            #expect(folder.server.log().contains("PORT 203,0,113,9,"))
            try await connection.noop()
            await connection.close()
        }
    }
}
