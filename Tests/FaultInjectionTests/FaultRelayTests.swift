import FaultInjection
import Synchronization
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FaultRelayTests {
    /// Says back what it hears.
    private func echo() async throws -> ScriptedServer {
        try await ScriptedServer { session in
            while true { try await session.send(try await session.bytes(1)) }
        }
    }

    @Test func passesBytesBothWays() async throws {
        let server = try await echo()
        let relay = try await FaultRelay(to: server.port)
        let client = try await EchoClient(host: relay.host, port: relay.port)
        client.send(Array("hello".utf8))
        #expect(await eventually { client.received == Array("hello".utf8) })
        try await relay.stop()
    }

    @Test func latencyDelaysTheFirstByteButNotTheOthers() async throws {
        let server = try await echo()
        let relay = try await FaultRelay(to: server.port, latency: .roundTrip(.milliseconds(300)))
        let client = try await EchoClient(host: relay.host, port: relay.port)
        let start = ContinuousClock.now
        for byte in 0..<50 { client.send([UInt8(byte)]) }
        #expect(await eventually { client.received.count == 50 })
        let taken = ContinuousClock.now - start
        #expect(taken >= .milliseconds(300))
        #expect(taken < .seconds(10), "fifty round trips would be fifteen seconds")
        #expect(client.received == (0..<50).map { UInt8($0) })
        try await relay.stop()
    }

    @Test func aConnectionCanCostARoundTrip() async throws {
        let server = try await echo()
        let relay = try await FaultRelay(
            to: server.port, latency: .roundTrip(.milliseconds(100)), delaysConnections: true)
        let start = ContinuousClock.now
        let client = try await EchoClient(host: relay.host, port: relay.port)
        client.send([1])
        #expect(await eventually { client.received == [1] })
        #expect(ContinuousClock.now - start >= .milliseconds(200))
        try await relay.stop()
    }

    @Test(arguments: [Fault.Action.close, .reset])
    func cutsAfterTheExactByte(_ action: Fault.Action) async throws {
        let server = try await ScriptedServer { session in
            try await session.send([UInt8](repeating: 7, count: 10_000))
            try await session.holdStill()
        }
        let relay = try await FaultRelay(to: server.port)
        relay.inject(Fault(action, after: 1_234, .toClient))
        let cut = try await EchoClient(host: relay.host, port: relay.port)
        #expect(await eventually { cut.isEnded })
        #expect(cut.received.count == 1_234 || action == .reset)
        #expect(cut.wasReset == (action == .reset))
        let whole = try await EchoClient(host: relay.host, port: relay.port)
        #expect(await eventually { whole.received.count == 10_000 })
        try await relay.stop()
    }

    @Test func stallsAndResumesWithNothingLost() async throws {
        let server = try await echo()
        let relay = try await FaultRelay(to: server.port)
        relay.inject(Fault(.stall, after: 3, .toServer))
        let client = try await EchoClient(host: relay.host, port: relay.port)
        client.send([1, 2, 3, 4, 5])
        #expect(await eventually(within: .milliseconds(200)) { client.received.count > 3 } == false)
        #expect(!client.isEnded)
        relay.resumeAll()
        #expect(await eventually { client.received == [1, 2, 3, 4, 5] })
        try await relay.stop()
    }

    @Test func countsLimitsAndRefusesConnections() async throws {
        let server = try await echo()
        let relay = try await FaultRelay(to: server.port)
        relay.limitConnections(to: 2)
        let first = try await EchoClient(host: relay.host, port: relay.port)
        let second = try await EchoClient(host: relay.host, port: relay.port)
        #expect(await eventually { relay.connections().current == 2 })
        let third = try await EchoClient(host: relay.host, port: relay.port)
        #expect(await eventually { third.isEnded })
        try await first.close()
        #expect(await eventually { relay.connections().current == 1 })
        #expect(relay.connections().peak == 2)
        #expect(relay.connections().refused == 1)

        try await relay.refuse()
        await #expect(throws: (any Error).self) {
            _ = try await EchoClient(host: relay.host, port: relay.port)
        }
        second.send([9])
        #expect(await eventually { second.received == [9] })
        try await relay.listen()
        _ = try await EchoClient(host: relay.host, port: relay.port)
        try await relay.stop()
    }

    @Test func resetsEverythingAtOnce() async throws {
        let server = try await echo()
        let relay = try await FaultRelay(to: server.port)
        let client = try await EchoClient(host: relay.host, port: relay.port)
        client.send([1])
        #expect(await eventually { client.received == [1] })
        relay.resetAll()
        #expect(await eventually { client.wasReset })
        #expect(await eventually { relay.connections().current == 0 })
        try await relay.stop()
    }

    /// As a kernel does: what is said to a closed connection is answered with RST.
    @Test func aServerThatSpeaksToAClientThatIsGoneIsTold() async throws {
        let isTold = Mutex(false)
        let server = try await ScriptedServer { session in
            defer { isTold.withLock { $0 = true } }
            while true { try await session.send([UInt8](repeating: 7, count: 1 << 20)) }
        }
        let relay = try await FaultRelay(to: server.port, latency: .roundTrip(.milliseconds(20)))
        let client = try await EchoClient(host: relay.host, port: relay.port)
        #expect(await eventually { client.received.count > 1 << 20 })
        try await client.close()
        #expect(await eventually { isTold.withLock { $0 } })
        try await relay.stop()
    }

    /// A real FTP session through the relay: EPSV names a port only, and that port is relayed as well.
    @Test func carriesDataConnections() async throws {
        let server = try await TestServer.proFTPD(passivePorts: 20)
        let relay = try await FaultRelay(to: server.port, dataPorts: server.passivePorts)
        let password = try #require(server.password)
        let script = """
            import ftplib, sys
            ftp = ftplib.FTP(); ftp.af = ftplib.socket.AF_INET6
            ftp.makepasv = lambda: ('127.0.0.2', ftplib.parse229(ftp.sendcmd('EPSV'), ('127.0.0.2', 0))[1])
            ftp.connect('127.0.0.2', int(sys.argv[1]), timeout=10)
            ftp.login(sys.argv[2], sys.argv[3])
            import io
            ftp.storbinary('STOR file', io.BytesIO(b'x' * 100000))
            got = []
            ftp.retrbinary('RETR file', got.append)
            assert b''.join(got) == b'x' * 100000
            ftp.quit()
            """
        let result = try await run(["python3", "-c", script, "\(relay.port)", server.user, password])
        #expect(result.succeeded, "\(result.errors)")
        #expect(relay.connections(.data).total == 2)
        #expect(await eventually { relay.connections(.data).current == 0 })
        try await relay.stop()
    }
}
