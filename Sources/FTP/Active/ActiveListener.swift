import FileModel
import Glibc
import NIOCore
import NIOPosix

/// A port that is open until the server has made one data connection to it.
///
/// Only the host at the other end of the control connection is let in (RFC 2577 §4): whoever else connects is
/// turned away, and the wait goes on. Belongs to the connection's event loop.
final class ActiveListener {
    typealias Configure = @Sendable (any Channel) -> EventLoopFuture<Void>

    let port: Int
    private let channel: any Channel
    private var expiry: Scheduled<Void>?

    private init(_ channel: any Channel) {
        self.channel = channel
        port = channel.localAddress?.port ?? 0
    }

    /// What a listener is opened with.
    struct Request: Sendable {
        /// The local address, of the control connection's family.
        var address: String
        var ports: ClosedRange<Int>
        /// Where to begin in `ports`.
        var first: Int
        /// The only host that may connect.
        var peer: String
    }

    /// Binds the first free port of the range.
    ///
    /// - Parameter configure: puts the handlers in place on the connection that counts.
    /// - Throws: `.dataConnectionFailed` when all are taken; `.configuration` for an address that is not ours.
    static func open(
        _ request: Request, on loop: any EventLoop, configure: @escaping Configure
    ) async throws(StorageError) -> NIOLoopBound<ActiveListener> {
        let start = request.ports.contains(request.first) ? request.first : request.ports.lowerBound
        for port in [Int](start...request.ports.upperBound) + [Int](request.ports.lowerBound..<start) {
            do {
                let channel = try await bootstrap(request.peer, on: loop, configure)
                    .bind(host: request.address, port: port).get()
                return try await loop.submit { NIOLoopBound(ActiveListener(channel), eventLoop: loop) }.get()
            } catch let error as IOError where error.errnoCode == EADDRINUSE || error.errnoCode == EACCES {
                continue
            } catch {
                throw StorageError(
                    .configuration, "cannot listen at \(request.address) for the server's data connection: \(error)")
            }
        }
        throw StorageError(
            .dataConnectionFailed,
            "no port of active_ports (\(request.ports.lowerBound)-\(request.ports.upperBound)) is free on this "
                + "machine: widen the range, or use data_connection = \"auto\"")
    }

    private static func bootstrap(
        _ peer: String, on loop: any EventLoop, _ configure: @escaping Configure
    ) -> ServerBootstrap {
        ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 8)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ActiveDoor(peer, configure))
                }
            }
    }

    /// Calls `body` unless the listener was closed by then.
    func expire(after limit: Duration, _ body: @escaping @Sendable () -> Void) {
        expiry = channel.eventLoop.scheduleTask(in: TimeAmount(limit), body)
    }

    /// Closes the port; connections that were made stay.
    func close() {
        expiry?.cancel()
        channel.close(promise: nil)
    }
}

@available(*, unavailable)
extension ActiveListener: Sendable {}

/// Lets the expected host pass, and closes the connection of any other.
private final class ActiveDoor: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let peer: String
    private let configure: ActiveListener.Configure

    init(_ peer: String, _ configure: @escaping ActiveListener.Configure) {
        self.peer = peer
        self.configure = configure
    }

    func channelActive(context: ChannelHandlerContext) {
        guard context.channel.remoteAddress?.ipAddress == peer else { return context.close(promise: nil) }
        let channel = context.channel
        configure(channel).whenFailure { _ in channel.close(promise: nil) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
