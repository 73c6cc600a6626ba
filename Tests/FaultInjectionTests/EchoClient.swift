import NIOCore
import NIOPosix
import Synchronization

/// A TCP client for these tests: sends, and keeps what came back.
final class EchoClient: Sendable {
    private let channel: any Channel
    private let collector: Collector

    init(host: String, port: Int) async throws {
        let collector = Collector()
        self.collector = collector
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(CollectingHandler(collector))
                }
            }
            .connect(host: host, port: port).get()
    }

    var received: [UInt8] { collector.state.withLock { $0.bytes } }
    var isEnded: Bool { collector.state.withLock { $0.isEnded } }
    var wasReset: Bool { collector.state.withLock { $0.wasReset } }

    func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
    func close() async throws { try await channel.close() }
}

final class Collector: Sendable {
    struct State {
        var bytes: [UInt8] = []
        var isEnded = false
        var wasReset = false
    }
    let state = Mutex(State())
}

private final class CollectingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let collector: Collector

    init(_ collector: Collector) { self.collector = collector }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        collector.state.withLock { $0.bytes += bytes.readableBytesView }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        collector.state.withLock { $0.wasReset = true }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        collector.state.withLock { $0.isEnded = true }
    }
}
