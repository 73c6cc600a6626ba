import FileModel
import Glibc
import NIOCore
import NIOPosix
import Testing
import Transport

@Suite struct DialerTests {
    private let loop = EventLoops.next()

    private func dial(_ endpoint: Endpoint, _ options: DialOptions = DialOptions()) async -> Result<
        any Channel, StorageError
    > {
        do throws(StorageError) {
            return .success(
                try await Dialer(options).connect(to: endpoint, on: loop) { $0.eventLoop.makeSucceededVoidFuture() })
        } catch {
            return .failure(error)
        }
    }

    private func listen() async throws -> any Channel {
        try await ServerBootstrap(group: EventLoops.group).bind(host: "127.0.0.1", port: 0).get()
    }

    @Test func connectsByAddressAndByName() async throws {
        let server = try await listen()
        let port = try #require(server.localAddress?.port)
        for host in ["127.0.0.1", "localhost"] {
            let channel = try await dial(Endpoint(host: host, port: port), DialOptions(addressFamily: .ipv4)).get()
            #expect(channel.remoteAddress?.port == port)
            #expect(channel.eventLoop === loop)
            try await channel.close()
        }
        try await server.close()
    }

    /// A silent control connection outlives a long transfer behind a router that forgets silent ones.
    @Test func silentConnectionsAreProbed() async throws {
        let server = try await listen()
        let port = try #require(server.localAddress?.port)
        let channel = try await dial(Endpoint(host: "127.0.0.1", port: port)).get()
        #expect(try await channel.getOption(.socketOption(.so_keepalive)).get() == 1)
        let idle = try await channel.getOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE))).get()
        let interval = try await channel.getOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL))).get()
        #expect(idle <= 60 && interval <= 60)
        try await channel.close()
        try await server.close()
    }

    @Test func aRefusalNamesTheEndpoint() async throws {
        let server = try await listen()
        let port = try #require(server.localAddress?.port)
        try await server.close()
        guard case .failure(let error) = await dial(Endpoint(host: "127.0.0.1", port: port))
        else { return #expect(Bool(false), "connected") }
        #expect(error.code == .unreachable)
        #expect(error.message.contains("127.0.0.1:\(port): connection refused"))
    }

    @Test func anAddressOfTheWrongFamilyIsAConfigurationError() async {
        guard case .failure(let error) = await dial(Endpoint(host: "::1", port: 9), DialOptions(addressFamily: .ipv4))
        else { return #expect(Bool(false), "connected") }
        #expect(error.code == .configuration)
    }

    @Test func anUnknownNameIsUnreachable() async {
        guard case .failure(let error) = await dial(Endpoint(host: "no-such-host.invalid", port: 9))
        else { return #expect(Bool(false), "connected") }
        #expect(error.code == .unreachable)
        #expect(error.message.contains("no-such-host.invalid"))
    }

    @Test func bindsTheLocalAddress() async throws {
        let server = try await listen()
        let port = try #require(server.localAddress?.port)
        let options = DialOptions(bindAddress: "127.0.0.3")
        let channel = try await dial(Endpoint(host: "127.0.0.1", port: port), options).get()
        #expect(channel.localAddress?.ipAddress == "127.0.0.3")
        try await channel.close()
        try await server.close()
    }

    /// A full accept queue never answers a SYN, so the connect must end by its own deadline.
    @Test(.timeLimit(.minutes(1))) func silenceEndsAtTheDeadline() async throws {
        let full = try FullBacklog()
        defer { full.close() }
        let options = DialOptions(connectTimeout: .milliseconds(300))
        guard case .failure(let error) = await dial(Endpoint(host: "127.0.0.1", port: full.port), options)
        else { return #expect(Bool(false), "connected") }
        #expect(error.code == .timedOut)
        #expect(error.message.contains("within 0.3 s"))
    }
}
