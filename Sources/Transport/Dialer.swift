public import FileModel
public import NIOCore
import Glibc
import NIOPosix

/// Opens TCP connections.
///
/// Addresses of both families race as RFC 8305 says (NIO's Happy Eyeballs); one deadline holds for all of it.
public struct Dialer: Sendable {
    public let options: DialOptions
    /// Is told of `.resolve` and `.connect`.
    let observer: ConnectionObserver?

    public init(_ options: DialOptions = DialOptions(), observer: ConnectionObserver? = nil) {
        self.options = options
        self.observer = observer
    }

    /// Connects and lets `configure` add handlers before the first byte is read.
    ///
    /// - Parameters:
    ///   - loop: the event loop the connection shall live on.
    ///   - timeout: instead of `options.connectTimeout`.
    /// - Throws: `.unreachable` (no such name, refused, no route), `.timedOut`, `.cancelled`.
    public func connect(
        to endpoint: Endpoint, on loop: any EventLoop, timeout: Duration? = nil,
        configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(StorageError) -> any Channel {
        let limit = timeout ?? options.connectTimeout
        if let observer {
            return try await observed(observer, endpoint, on: loop, limit: limit, configure: configure)
        }
        if let proxy = options.proxy {
            return try await tunnel(through: proxy, to: endpoint, on: loop, limit: limit, configure: configure)
        }
        return try await settled(
            start(endpoint, on: loop, timeout: limit, configure: configure), endpoint: endpoint, limit: limit)
    }

    /// Connects without a task, for those who are on the event loop already.
    ///
    /// - Parameter isBrief: never silent for long, so that the kernel need not look after it.
    /// - Returns: nil where it takes several steps: through a proxy, or for an observer. An error is fit for `translate`.
    public func attempt(
        to endpoint: Endpoint, on loop: any EventLoop, timeout: Duration, isBrief: Bool = false,
        configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel>? {
        guard observer == nil, options.proxy == nil else { return nil }
        return start(endpoint, on: loop, timeout: timeout, isBrief: isBrief, configure: configure)
    }

    /// Waits for an attempt; cancelling the task ends it.
    func settled(
        _ attempt: EventLoopFuture<any Channel>, endpoint: Endpoint, limit: Duration
    ) async throws(StorageError) -> any Channel {
        do {
            return try await cancellable(attempt)
        } catch {
            throw Self.translate(error, endpoint: endpoint, limit: limit)
        }
    }

    func start(
        _ endpoint: Endpoint, on loop: any EventLoop, timeout: Duration, known: KnownAddresses? = nil,
        isBrief: Bool = false, configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel> {
        var bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer(configure)
        if !isBrief { bootstrap = KeepAlive.enabled(bootstrap) }
        do {
            if let local = options.bindAddress {
                bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: local, port: 0))
            }
            if let address = try literal(endpoint) { return bootstrap.connect(to: address) }
        } catch {
            return loop.makeFailedFuture(error)
        }
        if let known {
            bootstrap = bootstrap.resolver(known)
        } else if options.addressFamily != .any {
            bootstrap = bootstrap.resolver(FamilyResolver(family: options.addressFamily, loop: loop))
        }
        return bootstrap.connect(host: endpoint.host, port: endpoint.port)
    }

    /// The address when `host` is one; the family filter holds for it as well.
    func literal(_ endpoint: Endpoint) throws -> SocketAddress? {
        guard let address = try? SocketAddress(ipAddress: endpoint.host, port: endpoint.port) else { return nil }
        switch (options.addressFamily, address.protocol) {
        case (.ipv4, .inet6), (.ipv6, .inet):
            throw StorageError(
                .configuration,
                "\(endpoint.host) is not an \(options.addressFamily == .ipv4 ? "IPv4" : "IPv6") address, "
                    + "and address_family allows no other")
        default:
            return address
        }
    }

    private func cancellable(_ attempt: EventLoopFuture<any Channel>) async throws -> any Channel {
        try await withTaskCancellationHandler {
            let channel = try await attempt.get()
            if Task.isCancelled {
                channel.close(promise: nil)
                throw CancellationError()
            }
            return channel
        } onCancel: {
            attempt.whenSuccess { $0.close(promise: nil) }
        }
    }

    /// What it means that an attempt to connect failed.
    public static func translate(_ error: any Error, endpoint: Endpoint, limit: Duration) -> StorageError {
        switch error {
        case let error as StorageError:
            return error
        case is CancellationError:
            return .cancelled
        case ChannelError.connectTimeout:
            return timedOut(endpoint, limit)
        case let error as NIOConnectionError:
            return translate(error, endpoint: endpoint, limit: limit)
        case let error as IOError where error.errnoCode == ETIMEDOUT:
            return timedOut(endpoint, limit)
        case let error as IOError:
            return StorageError(.unreachable, "cannot connect to \(endpoint): \(words(error.errnoCode))")
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            return StorageError(.unreachable, "cannot find the address of \(endpoint.host): check the host name")
        default:
            return StorageError(.unreachable, "cannot connect to \(endpoint): \(error)")
        }
    }

    private static func translate(_ error: NIOConnectionError, endpoint: Endpoint, limit: Duration) -> StorageError {
        if let first = error.connectionErrors.first {
            return translate(first.error, endpoint: endpoint, limit: limit)
        }
        return StorageError(.unreachable, "cannot find the address of \(endpoint.host): check the host name")
    }

    private static func timedOut(_ endpoint: Endpoint, _ limit: Duration) -> StorageError {
        StorageError(.timedOut, "\(endpoint) did not answer within \(limit.inSeconds)")
    }

    private static func words(_ code: CInt) -> String {
        switch code {
        case ECONNREFUSED: "connection refused (is the server running, and is the port right?)"
        case EHOSTUNREACH, ENETUNREACH: "no route to the host"
        case EADDRNOTAVAIL: "the local address of 'bind' is not on this machine"
        default: String(cString: strerror(code))
        }
    }
}

/// Signs of life of the kernel (tcp(7)).
///
/// An FTP control connection is silent while a file is transferred, and routers forget silent connections after
/// minutes. A command cannot keep it alive then: many servers answer NOOP only after the transfer, or lose step. A probe
/// concerns nobody above TCP.
enum KeepAlive {
    /// Seconds of silence before the first probe.
    static let idle: Int = 30
    /// Seconds between probes that are not answered.
    static let interval: Int = 15
    /// Probes without an answer after which the connection is dead.
    static let probes: Int = 6

    static func enabled(_ bootstrap: ClientBootstrap) -> ClientBootstrap {
        bootstrap
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: idle)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: interval)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: probes)
    }
}

extension Duration {
    /// `10 s`, `0.5 s`.
    public var inSeconds: String {
        let tenths = (components.seconds * 10) + components.attoseconds / 100_000_000_000_000_000
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
