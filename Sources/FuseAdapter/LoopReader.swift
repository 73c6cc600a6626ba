import Glibc
import NIOCore
import NIOPosix

/// The kernel's requests, read on an event loop: a channel whose input is the session's descriptor.
///
/// `@unchecked`: everything but `init` and `perform` happens on the loop.
final class LoopReader: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer

    let loop: any EventLoop
    private let handle: (UnsafeRawBufferPointer) -> Void
    private let ended: (LoopReader) -> Void
    private var channel: (any Channel)?
    private var isClosing = false

    /// - Parameters:
    ///   - handle: gets a request.
    ///   - ended: called once, when nothing is read any more or nothing can be.
    init(
        on loop: any EventLoop, handle: @escaping (UnsafeRawBufferPointer) -> Void,
        ended: @escaping (LoopReader) -> Void
    ) {
        self.loop = loop
        self.handle = handle
        self.ended = ended
    }

    /// Runs on the loop, at once where this is the loop.
    func perform(_ body: @escaping @Sendable (LoopReader) -> Void) {
        if loop.inEventLoop { body(self) } else { loop.execute { body(self) } }
    }

    /// - Parameters:
    ///   - descriptor: not blocking; stays the caller's.
    ///   - size: of the largest request, in bytes (fuse(4): less is refused with `EINVAL`).
    ///   - opened: called when `setReading` has an effect.
    func open(_ descriptor: CInt, largest size: Int, opened: @escaping @Sendable (LoopReader) -> Void) {
        let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard own >= 0 else { return ended(self) }
        NIOPipeBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: size))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(self) }
            }
            .takingOwnershipOfDescriptor(input: own)
            .whenComplete { result in
                guard case .success(let channel) = result else {
                    Glibc.close(own)
                    return self.ended(self)
                }
                self.channel = channel
                if self.isClosing { channel.close(promise: nil) } else { opened(self) }
            }
    }

    /// - Returns: whether it reads from now on.
    @discardableResult
    func setReading(_ isReading: Bool) -> Bool {
        guard !isClosing, let options = channel?.syncOptions else { return false }
        return (try? options.setOption(.autoRead, value: isReading)) != nil && isReading
    }

    func close() {
        isClosing = true
        channel?.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes(handle)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close() }

    func channelInactive(context: ChannelHandlerContext) {
        isClosing = true
        ended(self)
    }
}
