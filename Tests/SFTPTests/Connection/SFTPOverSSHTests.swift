import FileModel
import Foundation
import NIOCore
import NIOPosix
import SSH
import TestServers
import Testing
import Transport

@testable import SFTP

/// The client over libssh2 and over the system's ssh, against sshd.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SFTPOverSSHTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func libssh2(_ server: TestServer, timeout: Duration = .seconds(10)) async throws -> SFTPConnection {
        let credentials = SSHCredentials(user: server.user, identityFiles: [try #require(server.privateKeyFile)])
        var settings = SSHSettings(
            endpoint: Endpoint(host: server.host, port: server.port), credentials: credentials)
        settings.hostKeys = .knownHosts(files: [try #require(server.knownHostsFile)])
        return try await SFTPConnection.connect(over: .ssh(settings, on: loop), timeout: timeout)
    }

    private func openSSH(
        _ server: TestServer, limit: Duration = .seconds(10), _ change: (inout OpenSSHSettings) -> Void = { _ in }
    ) async throws -> SFTPConnection {
        var settings = OpenSSHSettings(host: server.host, port: server.port, user: server.user)
        settings.identityFiles = [try #require(server.privateKeyFile)]
        settings.knownHostsFiles = [try #require(server.knownHostsFile)]
        settings.hostKeyCheck = .knownHosts
        change(&settings)
        return try await SFTPConnection.connect(over: .openSSH(settings, on: loop), timeout: limit)
    }

    private func failure(_ body: () async throws -> Void) async -> StorageError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? StorageError
        }
    }

    /// Files that differ in every byte's neighbourhood, so that a block at a wrong place shows.
    private func content(_ number: Int, size: Int) -> ByteBuffer {
        var bytes = ByteBuffer()
        for index in 0..<(size / 8) { bytes.writeInteger(UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(number)) }
        return bytes
    }

    private func copyManyFiles(_ connection: SFTPConnection, below folder: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                let bytes = content(number, size: number * 300_000)
                let path = SFTPPath("\(folder)/file \(number)")
                group.addTask {
                    let writer = SFTPWriter(connection, try await connection.open(path, [.write, .create]), path: path)
                    try await writer.write(bytes, at: 0)
                    try await writer.close()
                    let (handle, attributes) = try await connection.openAndStat(path, .read)
                    #expect(attributes?.size == UInt64(bytes.readableBytes))
                    let back = try await connection.read(handle, at: 0, count: bytes.readableBytes + 1)
                    connection.closeLater(handle)
                    #expect(back == bytes)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func manyFilesAtOnceThroughLibSSH2() async throws {
        let server = try await TestServer.openSSH()
        let connection = try await libssh2(server)
        try await copyManyFiles(connection, below: server.rootOnServer)
        await connection.close()
        #expect(await eventually { server.sessions() == 0 })
    }

    @Test func manyFilesAtOnceThroughSSH() async throws {
        let server = try await TestServer.openSSH()
        let connection = try await openSSH(server)
        try await copyManyFiles(connection, below: server.rootOnServer)
        await connection.close()
        #expect(await eventually { server.sessions() == 0 })
    }

    @Test func aServerThatFallsSilentEndsEveryCallInTime() async throws {
        let server = try await TestServer.openSSH()
        let connection = try await libssh2(server, timeout: .seconds(3))
        let path = SFTPPath("\(server.rootOnServer)/x")
        let writer = SFTPWriter(connection, try await connection.open(path, [.write, .create]), path: path)
        server.pause()
        defer { server.resume() }
        let start = ContinuousClock.now
        let written = await failure {
            for index in 0..<64 {
                try await writer.write(ByteBuffer(repeating: 0, count: 1 << 20), at: Int64(index) << 20)
            }
            try await writer.close()
        }
        #expect(written?.code == .timedOut)
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(await failure { _ = try await connection.lstat(path) }?.code == .timedOut)
    }

    @Test func aKilledSessionFailsWhatIsUnderWay() async throws {
        let server = try await TestServer.openSSH()
        let connection = try await libssh2(server)
        let path = SFTPPath("\(server.rootOnServer)/x")
        let writer = SFTPWriter(connection, try await connection.open(path, [.write, .create]), path: path)
        async let written = failure {
            for index in 0..<10_000 {
                try await writer.write(ByteBuffer(repeating: 0, count: 1 << 20), at: Int64(index) << 20)
            }
        }
        #expect(await eventually { (try? await connection.lstat(path).size ?? 0) ?? 0 > 0 })
        server.killSessions()
        #expect(await written?.code == .connectionLost)
        #expect(await failure { try await writer.close() }?.code == .connectionLost)
        let ended = AsyncStream<StorageError?> { continuation in connection.onClose { continuation.yield($0) } }
        for await error in ended {
            #expect(error?.code == .connectionLost)
            break
        }
    }

    @Test func sshSaysWhyItCouldNotConnect() async throws {
        let server = try await TestServer.openSSH(password: false)
        let folder = try TemporaryFolder()
        let stranger = try await SSHKeys(at: folder("stranger"))
        let unknown = await failure { _ = try await openSSH(server) { $0.knownHostsFiles = [folder("none")] } }
        #expect(
            unknown?.code == .hostKeyRejected && unknown?.serverReply?.hasPrefix("ssh: ") == true, "\(unknown as Any)")
        let refused = await failure { _ = try await openSSH(server) { $0.identityFiles = [stranger.privateKeyFile] } }
        #expect(refused?.code == .loginFailed, "\(refused as Any)")
        server.stop()
        let closed = await failure { _ = try await openSSH(server) }
        #expect(closed?.code == .unreachable, "\(closed as Any)")
    }

    /// Nothing comes, and even SIGTERM does not end it.
    @Test func aHungSSHIsKilledInTime() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        let script = "#!/bin/sh\ntrap '' TERM HUP\necho $$ >\(folder("pid"))\nwhile :; do sleep 60; done\n"
        try script.write(toFile: folder("ssh"), atomically: true, encoding: .utf8)
        chmod(folder("ssh"), 0o755)
        let start = ContinuousClock.now
        let error = await failure { _ = try await openSSH(server, limit: .seconds(1)) { $0.program = folder("ssh") } }
        #expect(error?.code == .timedOut, "\(error as Any)")
        #expect(ContinuousClock.now - start < .seconds(8))
        let text = try String(contentsOfFile: folder("pid"), encoding: .utf8)
        let pid = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(await eventually { kill(pid, 0) != 0 })
    }

    @Test func aProgramThatEndsAtOnceIsQuoted() async throws {
        let error = await failure {
            let stream = try await SubsystemStream.running(["sh", "-c", "echo sorry >&2; exit 7"], peer: "x", on: loop)
            _ = try await SFTPConnection.connect(over: stream)
        }
        #expect(error?.message == "'sh' ended the connection (exit status 7): sorry")
    }
}
