import FTP
import FaultInjection
import FileModel
import NIOCore
import TestServers
import Testing
import Transport

/// Proxies that are none, that say nothing, or too much.
@Suite(.timeLimit(.minutes(1)))
struct MisbehavingProxyTests {
    private let target = Endpoint(host: "ftp.example.com", port: 21)

    private func settings(_ kind: ProxySettings.Kind, _ server: ScriptedServer) -> ProxySettings {
        ProxySettings(kind: kind, endpoint: Endpoint(host: server.host, port: server.port))
    }

    /// The greeting comes in one segment with the proxy's answer, before anybody waits for it.
    @Test func theServersFirstBytesAreKeptUntilSomebodyReads() async throws {
        let server = try await ScriptedServer { session in
            while try await session.line() != "" {}
            var dialect = FTPDialect()
            dialect.greeting = "HTTP/1.1 200 Connection established\r\n\r\n220 glued\r\n"
            try await dialect.serve(session)
        }
        var settings = FTPSettings(endpoint: target, credentials: .anonymous, security: .none)
        settings.dialing.proxy = self.settings(.http, server)
        let connection = try await FTPConnection.connect(settings)
        #expect(await connection.facts.greeting.description == "220 glued")
        await connection.close()
        try await server.stop()
    }

    @Test(arguments: ProxySettings.Kind.allCases)
    func silenceEndsAtTheDeadline(_ kind: ProxySettings.Kind) async throws {
        let server = try await ScriptedServer { try await $0.holdStill() }
        let address = Endpoint(host: "127.0.0.1", port: 21)
        let error = try await refusal(address, settings(kind, server), within: .milliseconds(300))
        #expect(error.code == .timedOut)
        #expect(
            error.message.contains("the proxy 127.0.0.1:\(server.port) did not connect to 127.0.0.1:21 within 0.3 s"))
        try await server.stop()
    }

    @Test(arguments: ProxySettings.Kind.allCases)
    func aProxyThatHangsUp(_ kind: ProxySettings.Kind) async throws {
        let server = try await ScriptedServer { _ = try await $0.bytes(3) }
        let error = try await refusal(Endpoint(host: "127.0.0.1", port: 21), settings(kind, server))
        #expect(error.code == .unreachable)
        #expect(error.message.contains("closed the connection before the tunnel stood"))
        try await server.stop()
    }

    /// Where half of the connection may be closed, its end shows in another way.
    @Test func aProxyThatHangsUpOnADataConnection() async throws {
        let server = try await ScriptedServer { _ = try await $0.bytes(3) }
        let dialer = Dialer(DialOptions(proxy: settings(.http, server)))
        let error = await #expect(throws: StorageError.self) {
            _ = try await dialer.connect(to: target, on: EventLoops.next()) {
                $0.setOption(.allowRemoteHalfClosure, value: true)
            }
        }
        #expect(error?.code == .unreachable)
        try await server.stop()
    }

    @Test(arguments: ProxySettings.Kind.allCases)
    func anFTPServerInPlaceOfAProxy(_ kind: ProxySettings.Kind) async throws {
        let server = try await ScriptedServer { session in
            try await session.send("220 ProFTPD ready\r\n\r\n")
            try await session.holdStill()
        }
        let error = try await refusal(Endpoint(host: "127.0.0.1", port: 21), settings(kind, server))
        #expect(error.code == .protocolViolation)
        #expect(error.message.contains("the proxy 127.0.0.1:\(server.port) does not speak"))
        try await server.stop()
    }

    @Test func anEndlessHeader() async throws {
        let server = try await ScriptedServer { session in
            try await session.send("HTTP/1.1 200 OK\r\n")
            while true { try await session.send("X-Padding: " + String(repeating: "x", count: 4000) + "\r\n") }
        }
        let error = try await refusal(target, settings(.http, server))
        #expect(error.code == .protocolViolation)
        #expect(error.message.contains("endless header"))
        try await server.stop()
    }

    /// What a proxy says reaches a terminal: escape sequences must not.
    @Test func aStatusLineWithEscapeSequences() async throws {
        let server = try await ScriptedServer { session in
            try await session.send("HTTP/1.1 502 \u{1B}[2JGone\u{7}" + String(repeating: "!", count: 9000) + "\r\n\r\n")
            try await session.holdStill()
        }
        let error = try await refusal(target, settings(.http, server))
        #expect(error.serverReply?.hasPrefix("HTTP/1.1 502 \\x1B[2JGone\\x07!") == true)
        #expect(error.description.utf8.count < 1000)
        try await server.stop()
    }

    /// The name of a proxy may lead to an address where nobody listens, and to one where it does.
    @Test func oneOfTheProxysAddressesRefuses() async throws {
        let server = try await ScriptedServer { session in
            while try await session.line() != "" {}
            try await session.send("HTTP/1.1 200 OK\r\n\r\n")
            try await session.holdStill()
        }
        let proxy = ProxySettings(kind: .http, endpoint: Endpoint(host: "localhost", port: server.port))
        let channel = try await Dialer(DialOptions(proxy: proxy)).connect(to: target, on: EventLoops.next()) {
            $0.eventLoop.makeSucceededVoidFuture()
        }
        #expect(channel.isActive)
        try await channel.close()
        try await server.stop()
    }
}
