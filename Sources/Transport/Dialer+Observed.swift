import FileModel
import NIOCore
import NIOPosix

extension Dialer {
    /// Connects in steps that can be told apart: first the name, then TCP.
    func observed(
        _ observer: ConnectionObserver, _ endpoint: Endpoint, on loop: any EventLoop, limit: Duration,
        configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(StorageError) -> any Channel {
        if let proxy = options.proxy {
            observer(.began(.connect))
            let channel = try await tunnel(
                through: proxy, to: endpoint, on: loop, limit: limit, configure: configure)
            observer(.finished(.connect, facts: ["\(endpoint) through the proxy \(proxy.endpoint)"]))
            return channel
        }
        observer(.began(.resolve))
        let known = try await addresses(of: endpoint, on: loop, limit: limit)
        observer(.finished(.resolve, facts: known.map(\.names) ?? [endpoint.host]))
        observer(.began(.connect))
        let channel = try await settled(
            start(endpoint, on: loop, timeout: limit, known: known, configure: configure), endpoint: endpoint,
            limit: limit)
        let address = channel.remoteAddress?.ipAddress ?? endpoint.host
        observer(.finished(.connect, facts: ["\(Endpoint(host: address, port: endpoint.port))"]))
        return channel
    }

    /// The addresses of a name, of the families that may be used; nil for what is an address itself.
    private func addresses(
        of endpoint: Endpoint, on loop: any EventLoop, limit: Duration
    ) async throws(StorageError) -> KnownAddresses? {
        do {
            if try literal(endpoint) != nil { return nil }
        } catch {
            throw .wrapping(error)
        }
        let found = options.addressFamily == .ipv6 ? [] : await query(endpoint, .ipv4, loop, limit)
        let more = options.addressFamily == .ipv4 ? [] : await query(endpoint, .ipv6, loop, limit)
        let known = KnownAddresses(ipv4: found, ipv6: more, loop: loop)
        guard !known.names.isEmpty else {
            let kind = options.addressFamily == .any ? "" : "\(options.addressFamily == .ipv4 ? "IPv4" : "IPv6") "
            throw StorageError(
                .unreachable, "cannot find the \(kind)address of \(endpoint.host): check the host name")
        }
        return known
    }

    /// The resolver's own limit may be longer than ours; its thread then goes on without anybody waiting.
    private func query(
        _ endpoint: Endpoint, _ family: AddressFamily, _ loop: any EventLoop, _ limit: Duration
    ) async -> [SocketAddress] {
        let promise = loop.makePromise(of: [SocketAddress].self)
        let timer = loop.scheduleTask(in: TimeAmount(limit)) { promise.succeed([]) }
        FamilyResolver(family: family, loop: loop).query(endpoint.host, endpoint.port).whenComplete { result in
            timer.cancel()
            promise.succeed((try? result.get()) ?? [])
        }
        return (try? await promise.futureResult.get()) ?? []
    }
}

/// What is known already is not asked for again.
final class KnownAddresses: Resolver, Sendable {
    private let ipv4: [SocketAddress]
    private let ipv6: [SocketAddress]
    private let loop: any EventLoop

    init(ipv4: [SocketAddress], ipv6: [SocketAddress], loop: any EventLoop) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
        self.loop = loop
    }

    /// Each address once.
    var names: [String] {
        var seen: [String] = []
        for name in (ipv4 + ipv6).compactMap(\.ipAddress) where !seen.contains(name) { seen.append(name) }
        return seen
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        loop.makeSucceededFuture(ipv4)
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        loop.makeSucceededFuture(ipv6)
    }

    func cancelQueries() {}
}
