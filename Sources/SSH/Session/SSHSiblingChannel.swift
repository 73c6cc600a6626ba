import NIOCore
import Synchronization

/// A further SSH channel as a channel of NIO, so that whatever works on a connection's own stream works on it.
///
/// `@unchecked`: all but `isActive` is set before the channel is shared or touched on the loop only, where NIO calls
/// every method of `ChannelCore`.
final class SSHSiblingChannel: Channel, ChannelCore, @unchecked Sendable {
    let allocator: ByteBufferAllocator
    let eventLoop: any EventLoop
    let parent: (any Channel)?
    let closeFuture: EventLoopFuture<Void>
    private let closePromise: EventLoopPromise<Void>
    private let active = Atomic(false)
    private var ownPipeline: ChannelPipeline?
    private var owner: SSHHandler?
    private var sibling: SSHSibling?

    init(of owner: SSHHandler, _ sibling: SSHSibling, parent: any Channel) {
        self.owner = owner
        self.sibling = sibling
        self.parent = parent
        allocator = parent.allocator
        eventLoop = parent.eventLoop
        closePromise = eventLoop.makePromise()
        closeFuture = closePromise.futureResult
        ownPipeline = ChannelPipeline(channel: self)
    }

    var pipeline: ChannelPipeline {
        guard let ownPipeline else { preconditionFailure("the pipeline is set when the channel is made") }
        return ownPipeline
    }

    var isActive: Bool { active.load(ordering: .relaxed) }
    var isWritable: Bool { isActive }
    var localAddress: SocketAddress? { parent?.localAddress }
    var remoteAddress: SocketAddress? { parent?.remoteAddress }
    var _channelCore: any ChannelCore { self }

    // MARK: What the owner tells

    func activate() {
        active.store(true, ordering: .relaxed)
        pipeline.fireChannelRegistered()
        pipeline.fireChannelActive()
    }

    func received(_ bytes: ByteBuffer) {
        pipeline.fireChannelRead(bytes)
        pipeline.fireChannelReadComplete()
    }

    /// Nothing more comes, and nothing is taken.
    func ended() {
        guard active.exchange(false, ordering: .relaxed) else { return }
        owner = nil
        sibling = nil
        pipeline.fireChannelInactive()
        pipeline.fireChannelUnregistered()
        eventLoop.execute {
            self.removeHandlers(pipeline: self.pipeline)
            self.closePromise.succeed()
        }
    }

    // MARK: What users do

    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let sibling else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        sibling.outgoing.append(unwrapData(data, as: ByteBuffer.self), promise)
    }

    func flush0() { owner?.pumpSiblings() }

    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if let owner, let sibling { owner.closeSibling(sibling) }
        promise?.succeed()
    }

    func read0() {}

    func channelRead0(_ data: NIOAny) {}

    func errorCaught0(error: any Error) {}

    // MARK: What makes no sense for it

    func localAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }
    func remoteAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }
    func register0(promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
    func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
    func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
    func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
}
