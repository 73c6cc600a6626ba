import NIOCore
import NIOPosix
import Synchronization

/// A relay in front of a server of 127.0.0.1 that delays, cuts, stalls, resets, refuses and counts connections.
///
/// It listens on 127.0.0.2 on the server's own ports. A client of 127.0.0.2 therefore reaches FTP's passive ports
/// through the relay too (EPSV names a port only, RFC 2428 §3), encrypted or not, and nothing has to be rewritten.
public final class FaultRelay: Sendable {
    public let host = "127.0.0.2"
    public let port: Int

    private let dataPorts: ClosedRange<Int>?
    private let delaysConnections: Bool
    private let keepsHalvesApart: Bool
    private let state: Mutex<RelayState>
    private let listeners = Mutex<[any Channel]>([])
    private let connections = Mutex<[ObjectIdentifier: RelayedConnection]>([:])

    /// - Parameters:
    ///   - port: the server's port on 127.0.0.1.
    ///   - dataPorts: its passive ports.
    ///   - delaysConnections: a new connection costs a round trip too, as TCP's handshake does. (The client's own
    ///     connect(2) returns at once, but nothing leaves before.)
    ///   - keepsHalvesApart: false: whoever ends what it says hears nothing more, as with some proxies.
    public init(
        to port: Int, dataPorts: ClosedRange<Int>? = nil, latency: Latency = .none, delaysConnections: Bool = false,
        keepsHalvesApart: Bool = true
    ) async throws {
        self.keepsHalvesApart = keepsHalvesApart
        self.delaysConnections = delaysConnections
        self.port = port
        self.dataPorts = dataPorts
        state = Mutex(RelayState(latency: latency))
        try await listen()
    }

    deinit {
        for listener in listeners.withLock({ $0 }) { listener.close(promise: nil) }
    }

    /// Travelling times, for bytes that arrive from now on.
    public var latency: Latency {
        get { state.withLock { $0.latency } }
        set { state.withLock { $0.latency = newValue } }
    }

    /// Lets the next connections of a role meet a fault. They are used up in order.
    public func inject(_ fault: Fault) {
        state.withLock { $0.faults.append(fault) }
    }

    /// Limits control connections; more are closed at once. nil lifts the limit.
    public func limitConnections(to limit: Int?) {
        state.withLock { $0.connectionLimit = limit }
    }

    public func connections(_ role: ConnectionRole = .control) -> ConnectionCounts { state.withLock { $0[role] } }

    /// Lets no byte pass any more on any connection that is open now.
    public func stallAll() { perform(.stall) }

    /// Resets every connection that is open now.
    public func resetAll() { perform(.reset) }

    /// Lets stalled connections go on, with nothing lost.
    public func resumeAll() {
        for connection in openConnections { connection.resume() }
    }

    /// Closes the listening sockets: new connections are refused by the kernel. Open ones go on.
    public func refuse() async throws {
        let closed = listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
        for listener in closed { try await listener.close() }
        while await isAccepting() { await Task.yield() }
    }

    /// Whether the kernel still accepts connections for the port. A closed socket can live on for a moment in a
    /// process that was just forked and has not yet executed its program.
    private func isAccepting() async -> Bool {
        let attempt = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: host, port: port)
        guard let channel = try? await attempt.get() else { return false }
        try? await channel.close()
        return true
    }

    /// Accepts connections again.
    public func listen() async throws {
        try await bind(port, .control)
        for port in dataPorts ?? 0...0 where dataPorts != nil { try await bind(port, .data) }
    }

    /// Ends everything.
    public func stop() async throws {
        try await refuse()
        perform(.reset)
    }

    private var openConnections: [RelayedConnection] { connections.withLock { Array($0.values) } }

    private func perform(_ action: Fault.Action) {
        for connection in openConnections { connection.perform(action) }
    }

    private func bind(_ port: Int, _ role: ConnectionRole) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // Nothing is read before the way to the server is open.
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { [weak self] client in
                self?.accepted(client, port, role) ?? client.close()
            }
            .bind(host: host, port: port).get()
        listeners.withLock { $0.append(channel) }
    }

    private func accepted(_ client: any Channel, _ port: Int, _ role: ConnectionRole) -> EventLoopFuture<Void> {
        guard state.withLock({ $0.connectionAccepted(role) }) else { return client.close() }
        let connection = RelayedConnection(
            client: client, faults: state.withLock { $0.takeFaults(role) }, keepsHalvesApart: keepsHalvesApart,
            latency: { [weak self] in self?.latency ?? .none })
        connections.withLock { $0[ObjectIdentifier(connection)] = connection }
        client.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { $0.connectionClosed(role) }
            self?.connections.withLock { $0[ObjectIdentifier(connection)] = nil }
        }
        let handshake = delaysConnections ? latency.toServer + latency.toClient : .zero
        return connection.connect(to: port, after: handshake)
    }
}
