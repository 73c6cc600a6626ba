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
        let attempt = start(proxy.endpoint, on: loop, timeout: limit) { channel in
            channel.eventLoop.makeCompletedFuture {
                // Each of the addresses that are tried has a dialogue of its own.
                let handler = ProxyHandler(proxy, dialogue, established: channel.eventLoop.makePromise())
                try channel.pipeline.syncOperations.addHandler(handler)
            }.flatMap { configure(channel) }
        }
        let tunnelled = attempt.flatMapErrorThrowing { error in
            throw proxy.unreachable(Self.translate(error, endpoint: proxy.endpoint, limit: limit))
        }.flatMap { channel in
            let late = proxy.failure(.timedOut, "did not connect to \(target) within \(limit.inSeconds)")
            return Self.established(channel, within: limit, late).map { channel }
        }
        return try await settled(tunnelled, endpoint: proxy.endpoint, limit: limit)
    }

    /// Waits for the dialogue on the channel that was connected first.
    private static func established(
        _ channel: any Channel, within limit: Duration, _ late: StorageError
    ) -> EventLoopFuture<Void> {
        do {
            let established = try channel.pipeline.syncOperations.handler(type: ProxyHandler.self).established
            let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
                established.fail(late)
                channel.close(promise: nil)
            }
            established.futureResult.whenComplete { _ in timer.cancel() }
            return established.futureResult
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
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
