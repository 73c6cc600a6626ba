import FaultInjection
import FileModel
import NIOCore
import SFTP
import SSH
import TestServers
import Testing
import Transport

/// A server, or a line to it, that falls silent while calls are under way.
@Suite(.timeLimit(.minutes(1))) struct SilentServerTests {
    private static let limit = Duration.seconds(1)

    @Test(arguments: [false, true])
    func everySFTPCallEndsWithinItsLimit(_ usesOpenSSH: Bool) async throws {
        let server = try await TestServer.openSSH()
        let relay = try await FaultRelay(to: server.port)
        let connection = try await connect(server, relay, usesOpenSSH)
        let path = SFTPPath("\(server.rootOnServer)/file")
        let handle = try await connection.open(path, [.write, .create])
        relay.stallAll()
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await silent { _ = try await connection.lstat(path) } }
            group.addTask { await silent { _ = try await connection.openAndStat(path, .read) } }
            group.addTask { await silent { try await connection.keepAlive() } }
            group.addTask {
                let writer = SFTPWriter(connection, handle, path: path)
                await silent {
                    try await writer.write(ByteBuffer(repeating: 0, count: 1 << 20), at: 0)
                    try await writer.close()
                }
            }
            try await group.waitForAll()
        }
        #expect(ContinuousClock.now - start < .seconds(8))
        await connection.close()
        #expect(connection.isClosed)
        // Nothing of ours is left open: neither the socket nor the ssh program.
        #expect(await eventually { relay.connections().current == 0 })
        try await relay.stop()
    }

    private func connect(_ server: TestServer, _ relay: FaultRelay, _ usesOpenSSH: Bool) async throws -> SFTPConnection
    {
        let key = try #require(server.privateKeyFile)
        let stream: SubsystemStream
        if usesOpenSSH {
            var settings = OpenSSHSettings(host: relay.host, port: relay.port, user: server.user)
            settings.identityFiles = [key]
            settings.hostKeyCheck = .any
            stream = try await .openSSH(settings, on: EventLoops.next())
        } else {
            var settings = SSHSettings(
                endpoint: Endpoint(host: relay.host, port: relay.port),
                credentials: SSHCredentials(user: server.user, identityFiles: [key]))
            settings.credentials.methods = [.publickey]
            settings.hostKeys = .any
            stream = try await .ssh(settings, on: EventLoops.next())
        }
        return try await SFTPConnection.connect(over: stream, timeout: Self.limit)
    }

    private func silent(_ call: () async throws -> Void) async {
        let error = await #expect(throws: StorageError.self) { try await call() }
        #expect(error?.code == .timedOut || error?.code == .connectionLost, "\(error as Any)")
    }
}
