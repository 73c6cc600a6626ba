import FileModel
import NIOCore
import NIOPosix

extension Dialer {
    /// Connects to the proxy and returns when it has connected to `target`; one limit holds for both.
    func tunnel(
        through proxy: ProxySettings, to target: Endpoint, on loop: any EventLoop, limit: Duration,
        configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(StorageError) -> any Channel {
        let reachable = try await resolvedHere(target, for: proxy, on: loop)
        let dialogue = try proxy.dialogue(to: reachable)
        // Each of the addresses that are tried has a dialogue of its own; a fast one ends before `attempt` does.
        let dialogues = NIOLoopBoundBox.makeBoxSendingValue(
            [ObjectIdentifier: EventLoopFuture<Void>](), eventLoop: loop)
        let attempt = start(proxy.endpoint, on: loop, timeout: limit) { channel in
            channel.eventLoop.makeCompletedFuture {
                let established = channel.eventLoop.makePromise(of: Void.self)
                dialogues.value[ObjectIdentifier(channel)] = established.futureResult
                let handler = ProxyHandler(proxy, dialogue, established: established)
                try channel.pipeline.syncOperations.addHandler(handler)
            }.flatMap { configure(channel) }
        }
        let tunnelled = attempt.flatMapErrorThrowing { error in
            throw proxy.unreachable(Self.translate(error, endpoint: proxy.endpoint, limit: limit))
        }.flatMap { channel in
            let late = proxy.failure(.timedOut, "did not connect to \(target) within \(limit.inSeconds)")
            let timer = loop.scheduleTask(in: TimeAmount(limit)) {
                channel.pipeline.fireErrorCaught(late)
            }
            let established = dialogues.value[ObjectIdentifier(channel)] ?? loop.makeFailedFuture(late)
            established.whenComplete { _ in timer.cancel() }
            return established.map { channel }
        }
        return try await settled(tunnelled, endpoint: proxy.endpoint, limit: limit)
    }

    /// SOCKS 4 carries addresses only, so the name is looked up on this machine.
    private func resolvedHere(
        _ target: Endpoint, for proxy: ProxySettings, on loop: any EventLoop
    ) async throws(StorageError) -> Endpoint {
        guard proxy.kind == .socks4, ipv4Bytes(target.host) == nil else { return target }
        do {
            let resolver = FamilyResolver(family: .ipv4, loop: loop)
            let addresses = try await resolver.query(target.host, target.port).get()
            guard let address = addresses.first?.ipAddress else {
                throw StorageError(.unreachable, "\(target.host) has no IPv4 address, and SOCKS 4 reaches no other")
            }
            return Endpoint(host: address, port: target.port)
        } catch {
            throw StorageError.wrapping(error)
        }
    }
}
