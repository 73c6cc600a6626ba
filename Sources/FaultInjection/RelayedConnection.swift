import NIOCore
import NIOPosix

/// One client's connection and its continuation to the server; both live on the client's event loop.
final class RelayedConnection: Sendable {
    private let loop: any EventLoop
    private let client: any Channel
    private let toServer: NIOLoopBound<RelayLane>
    private let toClient: NIOLoopBound<RelayLane>
    private let keepsHalvesApart: Bool

    /// Called on the client's event loop.
    init(
        client: any Channel, faults: [Fault], keepsHalvesApart: Bool, latency: @escaping @Sendable () -> Latency
    ) {
        self.keepsHalvesApart = keepsHalvesApart
        loop = client.eventLoop
        self.client = client
        let lane = { (direction: Direction) in
            RelayLane(
                loop: client.eventLoop, faults: faults.filter { $0.direction == direction },
                delay: { latency()[direction] })
        }
        toServer = NIOLoopBound(lane(.toServer), eventLoop: loop)
        toClient = NIOLoopBound(lane(.toClient), eventLoop: loop)
    }

    /// Opens the way to the server, and then lets the client's bytes in.
    func connect(to port: Int, after handshake: Duration) -> EventLoopFuture<Void> {
        toServer.value.onFault = { [weak self] in self?.perform($0) }
        toClient.value.onFault = { [weak self] in self?.perform($0) }
        let connected = loop.flatScheduleTask(in: TimeAmount(handshake)) { [loop] in
            ClientBootstrap(group: loop)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelOption(.autoRead, value: false)
                .connect(host: "127.0.0.1", port: port)
        }
        return connected.futureResult.flatMapThrowing { [self] server in
            try glue(server)
        }.flatMapErrorThrowing { [client] _ in
            client.close(promise: nil)
        }
    }

    private func glue(_ server: any Channel) throws {
        toServer.value.join(source: client, sink: server)
        toClient.value.join(source: server, sink: client)
        try client.pipeline.syncOperations.addHandler(
            RelayHandler(
                outgoing: toServer.value, incoming: toClient.value, keepsHalvesApart: keepsHalvesApart))
        try server.pipeline.syncOperations.addHandler(
            RelayHandler(
                outgoing: toClient.value, incoming: toServer.value, keepsHalvesApart: keepsHalvesApart))
        for channel in [client, server] { channel.setOption(.autoRead, value: true).whenFailure { _ in } }
    }

    func perform(_ action: Fault.Action) {
        loop.execute { [self] in
            switch action {
            case .stall:
                toServer.value.isStalled = true
                toClient.value.isStalled = true
            case .close, .reset:
                // Both first, so that the end of the one is not passed on to the other as an orderly one.
                toServer.value.isOver = true
                toClient.value.isOver = true
                toServer.value.end(withReset: action == .reset)
                toClient.value.end(withReset: action == .reset)
            }
        }
    }

    func resume() {
        loop.execute { [self] in
            toServer.value.isStalled = false
            toClient.value.isStalled = false
        }
    }
}
