import FTP
import FaultInjection
import FileModel
import TestServers
import Testing
import Transport

/// SOCKS 4 and 4A, which no packaged proxy speaks, and proxies that misbehave.
@Suite(.timeLimit(.minutes(1)))
struct ScriptedProxyTests {
    @Test(arguments: [ProxySettings.Kind.socks4, .socks4a], [false, true])
    func ftpThroughSOCKS4(_ kind: ProxySettings.Kind, around: Bool) async throws {
        let (proxy, server) = (try await ScriptedProxy(), try await TestServer.proFTPD())
        var settings = try FTPSettings(server, through: proxy.settings(kind))
        settings.data.usesProxy = !around
        try await exercise(settings.remote)
        #expect(proxy.requests.first == "me -> 127.0.0.1:\(server.port)")
        #expect(around ? proxy.requests.count == 1 : proxy.requests.count >= 4)
        try await proxy.stop()
    }

    @Test(arguments: [ProxySettings.Kind.socks4, .socks4a])
    func sshThroughSOCKS4(_ kind: ProxySettings.Kind) async throws {
        let (proxy, server) = (try await ScriptedProxy(), try await TestServer.openSSH())
        try await exercise(try sftpRemote(server, through: proxy.settings(kind)))
        #expect(proxy.requests == ["me -> 127.0.0.1:\(server.port)"])
        try await proxy.stop()
    }

    /// Only the proxy can resolve the name, for the control connection and for the data connections.
    @Test(arguments: [DataConnectionMode.extendedPassive, .passive])
    func aNameIsResolvedByTheProxy(_ mode: DataConnectionMode) async throws {
        let (proxy, server) = (try await ScriptedProxy(), try await TestServer.proFTPD())
        var settings = try FTPSettings(server, through: proxy.settings(.socks4a), host: "ftp.only-there.invalid")
        settings.data.mode = mode
        try await exercise(settings.remote)
        #expect(proxy.requests.count >= 4)
        #expect(proxy.requests.allSatisfy { $0.hasPrefix("me -> ftp.only-there.invalid:") }, "\(proxy.requests)")
        try await proxy.stop()
    }

    /// Behind a proxy nobody here knows the server's address: its own public one must not look like a third host's.
    @Test func aPublicPassiveAddressBehindAProxy() async throws {
        let proxy = try await ScriptedProxy()
        var dialect = FTPDialect()
        dialect.listing = "-rw-r--r-- 1 o g 5 Nov 21 04:04 five\r\n"
        let inner = dialect
        let server = try await ScriptedServer { try await servePublicAddress($0, inner) }
        var settings = FTPSettings(
            endpoint: Endpoint(host: "ftp.example.invalid", port: server.port), credentials: .anonymous, security: .none
        )
        settings.dialing.proxy = proxy.settings(.socks4a)
        settings.data.mode = .passive
        let names = try await settings.remote.entries(of: .root).map(\.name.string)
        #expect(names == ["five"])
        #expect(proxy.requests.allSatisfy { $0.hasPrefix("me -> ftp.example.invalid:") }, "\(proxy.requests)")
        try await server.stop()
        try await proxy.stop()
    }

    @Test func aRefusedUserOfSOCKS4() async throws {
        let proxy = try await ScriptedProxy()
        let target = Endpoint(host: "127.0.0.1", port: 9)
        let error = try await refusal(target, proxy.settings(.socks4a, user: "somebody"))
        #expect(error.code == .proxyRefused)
        #expect(error.message.contains("refuses the user of [remote.proxy]"))
        let second = try await refusal(target, proxy.settings(.socks4))
        #expect(second.code == .unreachable)
        #expect(second.message.contains("could not or would not connect to 127.0.0.1:9"))
        try await proxy.stop()
    }
}

/// Speaks FTP, and names an address of the documentation range (RFC 5737) in its passive replies.
private func servePublicAddress(_ session: ScriptedSession, _ dialect: FTPDialect) async throws {
    try await session.send("220 ready\r\n")
    var port: ScriptedDataPort?
    while true {
        let line = try await session.line()
        if line == "PASV" {
            let opened = try await session.passivePort()
            port = opened
            try await session.send(opened.reply(address: "203,0,113,9"))
        } else if line.hasPrefix("LIST"), let open = port.take() {
            try await session.send("150 here\r\n")
            try await open.deliver(Array(dialect.listing.utf8))
            try await session.send("226 done\r\n")
        } else {
            try await session.send(plainAnswer(line))
        }
    }
}

private func plainAnswer(_ line: String) -> String {
    switch line.prefix(4) {
    case "USER": "331 password\r\n"
    case "PASS": "230 in\r\n"
    case "PWD": "257 \"/\"\r\n"
    case "TYPE": "200 binary\r\n"
    case "CWD ": "250 there\r\n"
    default: "500 what?\r\n"
    }
}
