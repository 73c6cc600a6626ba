import ConnectionPool
import FTP
import FaultInjection
import FileModel
import RemoteFileSystem
import Remotes
import Synchronization
import TestServers
import Testing
import Transport

/// Sessions that ended while nobody looked.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ReconnectTests {
    @Test func aSessionThatTheServerDroppedForIdlenessIsReplaced() async throws {
        try await PoolServer.onAll { kind in
            let site = try PoolSite(try await kind.start(idle: 1)) { $0.keepAlive = nil }
            try await site.write("file")
            let hasDropped = await eventually(within: .seconds(15)) { site.snapshot().open == 0 }
            #expect(hasDropped, "the server did not end the session")
            #expect(try await site.remote.attributes(of: RemotePath("file")).size == 4)
            await eventually(within: .seconds(15)) { site.snapshot().open == 0 }
            // Nothing was sent on the old session, so even this is safe.
            try await site.remote.removeFile(RemotePath("file"))
            await #expect(throws: StorageError.self) {
                _ = try await site.remote.attributes(of: RemotePath("file"))
            }
            await site.remote.shutdown()
        }
    }

    @Test func aKilledSessionIsReplaced() async throws {
        try await PoolServer.onAll { kind in
            let site = try PoolSite(try await kind.start())
            for round in 0..<3 {
                try await site.write("file \(round)")
                site.server.killSessions()
                // Whether or not the end has already been noticed: a look may be repeated.
                #expect(try await site.remote.attributes(of: RemotePath("file \(round)")).size == 4)
                site.server.killSessions()
                #expect(try await site.remote.entries(of: .root).count == round + 1)
            }
            await site.remote.shutdown()
        }
    }

    /// The signs of life keep a session that the server would have dropped.
    @Test func signsOfLifeKeepASession() async throws {
        try await PoolServer.onAll { kind in
            let site = try PoolSite(try await kind.start(idle: 2)) { $0.keepAlive = .milliseconds(500) }
            _ = try await site.remote.attributes(of: .root)
            let start = ContinuousClock.now
            while ContinuousClock.now - start < .milliseconds(3_500) {
                #expect(site.snapshot().open == 1)
                try await Task.sleep(for: .milliseconds(100))
            }
            _ = try await site.remote.attributes(of: .root)
            #expect(site.logins == 1)
            await site.remote.shutdown()
        }
    }

    @Test func anUnusedSessionIsClosed() async throws {
        try await PoolServer.onAll { kind in
            let site = try PoolSite(try await kind.start()) { $0.idleTimeout = .seconds(1) }
            _ = try await site.remote.attributes(of: .root)
            #expect(site.server.sessions() == 1)
            let isClosed = await eventually(within: .seconds(10)) { site.server.sessions() == 0 }
            #expect(isClosed && site.snapshot().open == 0)
            await site.remote.shutdown()
        }
    }

    /// A firewall forgot the connection: it looks open, and nothing passes.
    @Test(arguments: [PoolServer.proFTPD, .openSSH])
    func aSessionThatPassesNothingIsFoundOutBeforeItIsUsed(_ kind: PoolServer) async throws {
        let server = try await kind.start()
        let relay = try await FaultRelay(
            to: server.port, dataPorts: kind == .openSSH ? nil : server.passivePorts)
        let site = try PoolSite(server, host: relay.host) {
            $0.keepAlive = nil
            $0.checkAfter = .milliseconds(300)
            $0.checkTimeout = .milliseconds(500)
        }
        _ = try await site.remote.attributes(of: .root)
        relay.stallAll()
        try await Task.sleep(for: .milliseconds(400))
        let start = ContinuousClock.now
        try await site.write("file")
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(relay.connections().total == 2)
        relay.resetAll()
        await site.remote.shutdown()
        try await relay.stop()
    }

    // MARK: - What may have happened

    /// An FTP server whose first session ends at DELE; the others work.
    private func dialect(firstAnswer: String?) async throws -> ScriptedServer {
        let isFirst = Mutex(true)
        return try await ScriptedServer { session in
            let first = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            guard first else { return try await FTPDialect().serve(session) }
            try await session.send("220 ready\r\n")
            while case let line = try await session.line() {
                if line.hasPrefix("DELE") {
                    if let firstAnswer { try await session.send(firstAnswer) }
                    return
                }
                let answers = ["USER": "230 come in", "TYPE": "200 fine", "PWD": "257 \"/\""]
                let answer = answers.first { line.hasPrefix($0.key) }?.value ?? "500 what?"
                try await session.send(answer + "\r\n")
            }
        }
    }

    private func removeFile(on server: ScriptedServer) async throws -> StorageError? {
        let settings = FTPSettings(
            endpoint: Endpoint(host: server.host, port: server.port),
            credentials: FTPCredentials(user: "u", password: Secret("p")), security: .none)
        var plain = settings
        plain.pipelining = false
        let final = plain
        let remote = FTPRemote(
            identity: "ftp", root: .absolute(.root),
            pool: PoolConfiguration(name: "scripted", maximumConnections: 3)
        ) { () throws(StorageError) in try await FTPConnection.connect(final) }
        var failure: StorageError?
        do throws(StorageError) {
            try await remote.removeFile(try RemotePath("a"))
        } catch {
            failure = error
        }
        await remote.shutdown()
        return failure
    }

    @Test func whatMayHaveBeenDoneIsNotRepeated() async throws {
        let server = try await dialect(firstAnswer: nil)
        #expect(try await removeFile(on: server)?.code == .connectionLost)
        #expect(server.received.count { $0.hasPrefix("DELE") } == 1)
        try await server.stop()
    }

    @Test func whatTheServerDeclinedToDoIsRepeatedOnce() async throws {
        let server = try await dialect(firstAnswer: "421 idle for too long\r\n")
        #expect(try await removeFile(on: server) == nil)
        #expect(server.received.count { $0.hasPrefix("DELE") } == 2)
        try await server.stop()
    }
}
