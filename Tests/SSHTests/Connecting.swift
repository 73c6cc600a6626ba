import FileModel
import NIOCore
import NIOPosix
import TestServers
import Testing
import Transport

@testable import SSH

func connect(_ settings: SSHSettings) async throws -> SubsystemStream {
    try await SubsystemStream.ssh(settings, on: MultiThreadedEventLoopGroup.singleton.next())
}

extension SSHSettings {
    /// The account's own key and password, and the server's host key.
    init(reaching server: TestServer, by methods: [SSHLoginMethod]) throws {
        var credentials = SSHCredentials(user: server.user)
        credentials.identityFiles = [try #require(server.privateKeyFile)]
        credentials.password = server.password.map { Secret($0) }
        credentials.methods = methods
        self.init(endpoint: Endpoint(host: server.host, port: server.port), credentials: credentials)
        hostKeys = .knownHosts(files: [try #require(server.knownHostsFile)])
    }
}

/// Why a connection could not be made; nil when it could, and was closed again.
func refusal(_ settings: SSHSettings) async -> StorageError? {
    do {
        let stream = try await connect(settings)
        try? await stream.channel.close()
        return nil
    } catch {
        return error as? StorageError ?? StorageError(.failed, "\(error)")
    }
}

/// Sends the SFTP greeting and waits for the answer.
func greet(_ stream: SubsystemStream) async throws -> ByteBuffer {
    let collector = Collector(stream.channel.eventLoop.makePromise(), count: 9)
    try await stream.channel.pipeline.addHandler(collector).get()
    try await stream.channel.writeAndFlush(ByteBuffer(bytes: [0, 0, 0, 5, 1, 0, 0, 0, 3]))
    return try await collector.promise.futureResult.get()
}

/// Sends `count` bytes to a subsystem that echoes, and compares what comes back.
func echoes(_ count: Int, _ settings: SSHSettings) async throws {
    let stream = try await connect(settings)
    let collector = Collector(stream.channel.eventLoop.makePromise(), count: count)
    try await stream.channel.pipeline.addHandler(collector).get()
    var bytes = ByteBuffer()
    for number in 0..<(count / 4) { bytes.writeInteger(UInt32(truncatingIfNeeded: number &* 2_654_435_761)) }
    var rest = bytes
    while let piece = rest.readSlice(length: min(100_000, rest.readableBytes)), piece.readableBytes > 0 {
        stream.channel.writeAndFlush(piece, promise: nil)
    }
    let echo = try await collector.promise.futureResult.get()
    #expect(echo == bytes)
    try await stream.channel.close()
}

/// Collects so many bytes. Only touched on the channel's event loop.
final class Collector: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    let promise: EventLoopPromise<ByteBuffer>
    private let count: Int
    private var bytes = ByteBuffer()

    init(_ promise: EventLoopPromise<ByteBuffer>, count: Int) {
        self.promise = promise
        self.count = count
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var more = unwrapInboundIn(data)
        bytes.writeBuffer(&more)
        if bytes.readableBytes >= count { promise.succeed(bytes) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { promise.fail(error) }
    func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
}
