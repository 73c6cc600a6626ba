import FTP
import FileModel
import TLS
import TestServers
import Testing
import Transport

extension RealServers {
    @Suite(.timeLimit(.minutes(2))) struct LoginTests {
        @Test(arguments: ServerCase.allCases)
        func aSessionKnowsItsServer(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            let facts = await connection.facts
            #expect(facts.isEncrypted == (server.mode != .never))
            #expect(facts.protectsData == facts.isEncrypted)
            #expect(facts.loginDirectory == .root)
            #expect(facts.features.restartsStreams && facts.features.has("MDTM"))
            #expect(facts.features.hasMachineListings == (server.kind != .vsftpd))
            await connection.close()
            #expect(connection.isClosed)
            #expect(await storageError { try await connection.noop() }?.code == .connectionLost)
        }

        @Test(arguments: ServerCase.allCases)
        func aWrongPasswordIsALoginFailure(on server: ServerCase) async throws {
            var settings = try await ServerFolder(server).settings
            settings.credentials.password = Secret("not this one")
            let error = await storageError { _ = try await FTPConnection.connect(settings) }
            #expect(error?.code == .loginFailed)
            #expect(error?.message.contains("not this one") == false)
            #expect(error?.serverReply?.hasPrefix("530") == true)
        }

        @Test func ifAvailableEncryptsWhereItCan() async throws {
            var settings = try await ServerFolder(.proFTPDExplicit).settings
            settings.security.mode = .ifAvailable
            let encrypted = try await FTPConnection.connect(settings)
            #expect(await encrypted.facts.isEncrypted)
            await encrypted.close()
            var plain = try await ServerFolder(.proFTPD).settings
            plain.security = FTPSecurity(mode: .ifAvailable, context: try TLSContext())
            let clear = try await FTPConnection.connect(plain)
            #expect(await !clear.facts.isEncrypted)
            await clear.close()
        }

        @Test func aServerWithoutTLSIsRefusedUnderExplicit() async throws {
            var settings = try await ServerFolder(.proFTPD).settings
            settings.security = FTPSecurity(mode: .explicit, context: try TLSContext())
            #expect(await storageError { _ = try await FTPConnection.connect(settings) }?.code == .tlsFailed)
        }

        @Test func aServerThatWantsTLSIsNamed() async throws {
            var settings = try await ServerFolder(.proFTPDExplicit).settings
            settings.security = .none
            let error = await storageError { _ = try await FTPConnection.connect(settings) }
            #expect(error?.code == .tlsFailed, "\(String(describing: error))")
            #expect(error?.message.contains("explicit") == true)
        }

        @Test(arguments: CertificateKind.allCases.filter { $0 != .valid })
        func aWrongCertificateEndsTheLogin(kind: CertificateKind) async throws {
            let server = try await TestServer.proFTPD(tls: .explicit, certificate: kind)
            let error = await storageError {
                _ = try await FTPConnection.connect(ServerFolder.settings(server, .explicit))
            }
            #expect(error?.code == .tlsFailed)
            #expect(error?.message.contains("SHA-256") == true)
            #expect(!server.log().contains("PASS"))
        }

        @Test func aFullServerIsNoWrongPassword() async throws {
            let proFTPD = try await TestServer.proFTPD(maxClients: 1)
            let vsftpd = try await TestServer.vsftpd(maxPerAddress: 1)
            for server in [proFTPD, vsftpd] {
                let first = try await FTPConnection.connect(ServerFolder.settings(server, .never))
                let error = await storageError {
                    _ = try await FTPConnection.connect(ServerFolder.settings(server, .never))
                }
                #expect(error?.code == .tooManyConnections, "\(String(describing: error))")
                await first.close()
            }
        }

        @Test func noServerIsUnreachable() async throws {
            var settings = try await ServerFolder(.proFTPD).settings
            settings.endpoint = Endpoint(host: "127.0.0.1", port: 1)
            #expect(await storageError { _ = try await FTPConnection.connect(settings) }?.code == .unreachable)
        }

        @Test(.timeLimit(.minutes(1))) func aServerThatDiesOrFreezesEndsEveryWait() async throws {
            let server = try await TestServer.proFTPD()
            var settings = try ServerFolder.settings(server, .never)
            settings.timeouts = FTPTimeouts(command: .seconds(3), connect: .seconds(3), verdict: .seconds(3))
            let frozen = try await FTPConnection.connect(settings)
            server.pause()
            #expect(await storageError { try await frozen.noop() }?.code == .timedOut)
            #expect(frozen.isClosed)
            #expect(await storageError { _ = try await FTPConnection.connect(settings) }?.code == .timedOut)
            server.resume()
            let killed = try await FTPConnection.connect(settings)
            server.killSessions()
            #expect(await storageError { try await killed.noop() }?.code == .connectionLost)
            #expect(killed.isClosed)
        }

        /// What happens to a transfer when the server freezes in its middle.
        @Test(.timeLimit(.minutes(1)), arguments: [true, false])
        func aFrozenTransferEnds(isDownload: Bool) async throws {
            let server = try await TestServer.proFTPD()
            var settings = try ServerFolder.settings(server, .never)
            settings.timeouts = FTPTimeouts(command: .seconds(3), connect: .seconds(3), verdict: .seconds(3))
            let connection = try await FTPConnection.connect(settings)
            let path = try RemotePath("big")
            try await connection.put(pattern(4_000_000), to: path)
            let error = await storageError {
                if isDownload {
                    let download = try await connection.retrieve(path)
                    server.pause()
                    while try await download.next() != nil {}
                } else {
                    let upload = try await connection.store(path)
                    server.pause()
                    for _ in 0..<200 { try await upload.write(.init(bytes: pattern(100_000))) }
                    try await upload.finish()
                }
            }
            #expect(error?.code == .timedOut || error?.code == .connectionLost, "\(String(describing: error))")
            server.resume()
        }
    }
}
