import FileModel
import Glibc
import NIOCore
import NIOPosix
import SSH
import Synchronization

@testable import SFTP

/// An SFTP server that does what a test says, at the other end of a socket pair.
///
/// Answers INIT (with `extensions`), REALPATH and limits@ by itself; every other request goes to `onRequest`, which
/// answers through the peer whenever and however it likes.
final class ScriptedPeer: Sendable {
    typealias Script = @Sendable (ScriptedPeer, UInt32, SFTPRequest) -> Void

    private let extensions: [String]
    private let onRequest: Script
    private let channel = Mutex<(any Channel)?>(nil)
    private let seen = Mutex<[SFTPRequest]>([])

    init(extensions: [String] = [], onRequest: @escaping Script) {
        self.extensions = extensions
        self.onRequest = onRequest
    }

    /// Requests that reached `onRequest`, in order.
    var requests: [SFTPRequest] { seen.withLock { $0 } }

    /// - Parameter raw: sent instead of any answer to the greeting.
    func stream(raw: ByteBuffer? = nil) async throws -> SubsystemStream {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw StorageError(.failed, "socketpair")
        }
        let group = MultiThreadedEventLoopGroup.singleton
        let theirs = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PeerHandler(self, raw: raw))
                }
            }
            .withConnectedSocket(ends[1]).get()
        channel.withLock { $0 = theirs }
        let ours = try await ClientBootstrap(group: group).withConnectedSocket(ends[0]).get()
        return SubsystemStream(channel: ours, peer: "scripted")
    }

    func connect(timeout: Duration = .seconds(10), raw: ByteBuffer? = nil) async throws -> SFTPConnection {
        try await SFTPConnection.connect(over: stream(raw: raw), timeout: timeout)
    }

    func answer(_ id: UInt32, _ reply: SFTPReply) { send(reply.encoded(id: id)) }

    func send(_ bytes: ByteBuffer) {
        channel.withLock { $0 }?.writeAndFlush(bytes, promise: nil)
    }

    /// Breaks the connection.
    func hangUp() { channel.withLock { $0 }?.close(promise: nil) }

    fileprivate func received(_ packet: ByteBuffer) throws {
        let (id, request) = try RequestDecoder.decode(packet)
        switch request {
        case .realpath: answer(id, .names([SFTPName(Array("/home".utf8))]))
        case .limits: answer(id, .status(SFTPStatus(.unsupported)))
        default:
            seen.withLock { $0.append(request) }
            onRequest(self, id, request)
        }
    }

    fileprivate var version: ByteBuffer {
        var body = ByteBuffer(bytes: [2, 0, 0, 0, 3])
        for name in extensions {
            body.writeSFTPString(name.utf8)
            body.writeSFTPString("1".utf8)
        }
        return body.framed
    }
}

private final class PeerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let peer: ScriptedPeer
    private let raw: ByteBuffer?
    private var framer = SFTPFramer()
    private var isGreeted = false

    init(_ peer: ScriptedPeer, raw: ByteBuffer?) {
        self.peer = peer
        self.raw = raw
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        framer.append(unwrapInboundIn(data))
        do {
            while let packet = try framer.next() {
                if isGreeted {
                    try peer.received(packet)
                } else {
                    isGreeted = true
                    peer.send(raw ?? peer.version)
                }
            }
        } catch {
            context.close(promise: nil)
        }
    }
}
