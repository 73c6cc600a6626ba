import FileModel
import NIOCore
import NIOPosix
import SSH
import TestServers
import Testing
import Transport

/// libssh2's way in, against OpenSSH's sshd.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SSHServerTests {
    private func settings(_ server: TestServer, password: String? = nil) throws -> SSHSettings {
        var credentials = SSHCredentials(user: server.user, password: password.map { Secret($0) })
        credentials.identityFiles = password == nil ? [try #require(server.privateKeyFile)] : []
        credentials.methods = password == nil ? [.publickey] : [.password]
        var settings = SSHSettings(
            endpoint: Endpoint(host: server.host, port: server.port), credentials: credentials)
        settings.hostKeys = .knownHosts(files: [try #require(server.knownHostsFile)])
        return settings
    }

    private func connect(_ settings: SSHSettings) async throws -> SubsystemStream {
        try await SubsystemStream.ssh(settings, on: MultiThreadedEventLoopGroup.singleton.next())
    }

    private func refusal(_ settings: SSHSettings) async -> StorageError? {
        do {
            let stream = try await connect(settings)
            try? await stream.channel.close()
            return nil
        } catch {
            return error as? StorageError
        }
    }

    /// Sends the SFTP greeting and waits for the answer.
    private func greet(_ stream: SubsystemStream) async throws -> ByteBuffer {
        let answer = stream.channel.eventLoop.makePromise(of: ByteBuffer.self)
        try await stream.channel.pipeline.addHandler(FirstBytes(answer)).get()
        try await stream.channel.writeAndFlush(ByteBuffer(bytes: [0, 0, 0, 5, 1, 0, 0, 0, 3]))
        return try await answer.futureResult.get()
    }

    @Test func logsInWithAKeyAndSpeaksToTheSubsystem() async throws {
        let server = try await TestServer.openSSH()
        let stream = try await connect(settings(server))
        let answer = try await greet(stream)
        #expect(answer.getInteger(at: 4, as: UInt8.self) == 2)
        try await stream.channel.close()
        try await stream.ended.get()
    }

    @Test func logsInWithAPassword() async throws {
        let server = try await TestServer.openSSH()
        guard let password = server.password else { return }
        let stream = try await connect(settings(server, password: password))
        #expect(try await greet(stream).readableBytes > 8)
        try await stream.channel.close()
    }

    @Test func saysWhichLoginWasRefused() async throws {
        let server = try await TestServer.openSSH()
        let error = await refusal(try settings(server, password: "wrong"))
        #expect(error?.code == .loginFailed)
        #expect(error?.message.contains("password: refused") == true)
        #expect(error?.message.contains("wrong") == false)
    }

    @Test func refusesUnknownAndChangedHostKeysBeforeTheLogin() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        var unknown = try settings(server)
        unknown.hostKeys = .knownHosts(files: [folder("none")])
        let error = await refusal(unknown)
        #expect(error?.code == .hostKeyRejected)
        #expect(error?.message.contains("is not known") == true)
        #expect(!server.log().contains("Accepted"))
    }
}

private final class FirstBytes: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let promise: EventLoopPromise<ByteBuffer>
    init(_ promise: EventLoopPromise<ByteBuffer>) { self.promise = promise }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { promise.succeed(unwrapInboundIn(data)) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { promise.fail(error) }
}
