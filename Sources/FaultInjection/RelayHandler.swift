import NIOCore

/// One end of a relayed connection: feeds one lane, and empties the other.
final class RelayHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let outgoing: RelayLane
    private let incoming: RelayLane
    private let keepsHalvesApart: Bool

    /// - Parameters:
    ///   - outgoing: takes what this end says.
    ///   - incoming: brings what the other end said.
    ///   - keepsHalvesApart: see `FaultRelay.init`.
    init(outgoing: RelayLane, incoming: RelayLane, keepsHalvesApart: Bool) {
        self.keepsHalvesApart = keepsHalvesApart
        self.outgoing = outgoing
        self.incoming = incoming
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        outgoing.received(unwrapInboundIn(data))
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { incoming.deliver() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return }
        outgoing.sourceEnded()
        if !keepsHalvesApart { context.close(promise: nil) }
    }

    /// An end that failed takes the other one with it.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        outgoing.end(withReset: true)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        outgoing.sourceEnded()
        if !incoming.hasEnded { outgoing.sourceVanished() }
    }
}
