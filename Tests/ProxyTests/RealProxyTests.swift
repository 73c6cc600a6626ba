import FTP
import FileModel
import TestServers
import Testing
import Transport

/// ProFTPD and OpenSSH through tinyproxy (HTTP CONNECT, Basic authentication) and microsocks (SOCKS 5, user and password).
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RealProxyTests {
    static let kinds = [ProxySettings.Kind.http, .socks5]

    @Test(arguments: kinds, [false, true])
    func ftpWithItsDataThroughTheProxyOrAround(_ kind: ProxySettings.Kind, around: Bool) async throws {
        let (proxy, server) = (try await ProxyProcess.start(kind), try await TestServer.proFTPD())
        var settings = try FTPSettings(server, through: proxy.settings())
        settings.data.usesProxy = !around
        try await exercise(settings.remote)
        #expect(await eventually { around ? proxy.tunnels == 1 : proxy.tunnels >= 4 }, "\(proxy.log)")
    }

    @Test(arguments: kinds)
    func ftpOverTLSWithResumedSessions(_ kind: ProxySettings.Kind) async throws {
        let (proxy, server) = (try await ProxyProcess.start(kind), try await TestServer.proFTPD(tls: .explicit))
        try await exercise(try FTPSettings(server, through: proxy.settings()).remote)
        #expect(await eventually { proxy.tunnels >= 4 }, "\(proxy.log)")
    }

    @Test func implicitTLS() async throws {
        let (proxy, server) = (try await ProxyProcess.start(.socks5), try await TestServer.proFTPD(tls: .implicit))
        try await exercise(try FTPSettings(server, through: proxy.settings()).remote)
    }

    @Test(arguments: kinds)
    func passiveRepliesWithAnAddress(_ kind: ProxySettings.Kind) async throws {
        let (proxy, server) = (try await ProxyProcess.start(kind), try await TestServer.vsftpd())
        var settings = try FTPSettings(server, through: proxy.settings())
        settings.data.mode = .passive
        try await exercise(settings.remote)
    }

    @Test(arguments: kinds)
    func ssh(_ kind: ProxySettings.Kind) async throws {
        let (proxy, server) = (try await ProxyProcess.start(kind), try await TestServer.openSSH())
        try await exercise(try sftpRemote(server, through: proxy.settings()))
        #expect(await eventually { proxy.tunnels == 1 }, "\(proxy.log)")
    }

    /// Users of Windows domains are `DOMAIN\\user` to their proxy.
    @Test func aUserOfADomain() async throws {
        let proxy = try await ProxyProcess.start(.socks5, user: "CORP\\me")
        let server = try await TestServer.proFTPD()
        var settings = proxy.settings(user: "me")
        settings.domain = "CORP"
        try await exercise(try FTPSettings(server, through: settings).remote)
        settings.domain = "ELSEWHERE"
        let error = try await refusal(Endpoint(host: "127.0.0.1", port: server.port), settings)
        #expect(error.code == .proxyRefused)
    }

    @Test(arguments: kinds)
    func aProxyWithoutALogin(_ kind: ProxySettings.Kind) async throws {
        let proxy = try await ProxyProcess.start(kind, authenticates: false)
        let server = try await TestServer.proFTPD()
        try await exercise(try FTPSettings(server, through: proxy.settings(user: "", password: "")).remote)
    }
}

/// What people read when a proxy does not let them through.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RealProxyErrorTests {
    private let target = Endpoint(host: "127.0.0.1", port: 9)

    @Test(arguments: RealProxyTests.kinds)
    func aWrongPasswordIsALoginOfTheProxy(_ kind: ProxySettings.Kind) async throws {
        let proxy = try await ProxyProcess.start(kind)
        let error = try await refusal(target, proxy.settings(password: "wrong-one"))
        #expect(error.code == .proxyRefused)
        #expect(error.message.contains("the proxy 127.0.0.1:\(proxy.port)"))
        #expect(error.message.contains("[remote.proxy]"))
        #expect(!error.description.contains("wrong-one"))
    }

    @Test(arguments: RealProxyTests.kinds)
    func aMissingPasswordIsALoginOfTheProxy(_ kind: ProxySettings.Kind) async throws {
        let proxy = try await ProxyProcess.start(kind)
        let error = try await refusal(target, proxy.settings(user: ""))
        #expect(error.code == .proxyRefused)
        #expect(error.message.contains("wants a user and password"))
    }

    @Test(arguments: RealProxyTests.kinds)
    func aProxyThatIsDownIsNamedAsSuch(_ kind: ProxySettings.Kind) async throws {
        let proxy = try await ProxyProcess.start(kind)
        proxy.stop()
        let error = try await refusal(target, proxy.settings())
        #expect(error.code == .unreachable)
        #expect(
            error.message.hasPrefix(
                "the proxy of [remote.proxy] cannot be reached: cannot connect to 127.0.0.1:\(proxy.port): connection refused"
            ))
    }

    /// Many proxies let nothing but HTTPS through.
    @Test func aPortThatTheProxyDoesNotAllow() async throws {
        let proxy = try await ProxyProcess.start(.http, extra: "ConnectPort 443\n")
        let error = try await refusal(target, proxy.settings())
        #expect(error.code == .unreachable)
        #expect(error.message.contains("the proxy 127.0.0.1:\(proxy.port) does not allow connections to 127.0.0.1:9"))
        #expect(error.serverReply?.contains("403") == true)
    }

    /// Nobody listens on the discard port.
    @Test(arguments: RealProxyTests.kinds)
    func aTargetThatRefusesIsNamed(_ kind: ProxySettings.Kind) async throws {
        let proxy = try await ProxyProcess.start(kind)
        let error = try await refusal(target, proxy.settings())
        #expect(error.code == .unreachable)
        #expect(error.message.contains("the proxy 127.0.0.1:\(proxy.port) could not connect to 127.0.0.1:9"))
    }
}
