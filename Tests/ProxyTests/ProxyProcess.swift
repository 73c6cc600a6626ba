import FaultInjection
import FileModel
import NIOCore
import NIOPosix
import Transport

@testable import TestServers

/// A real proxy of this machine on a free port of 127.0.0.1; it ends with this object.
final class ProxyProcess: Sendable {
    static let user = "proxyuser"
    static let password = "proxy-secret"

    let kind: ProxySettings.Kind
    let port: Int
    private let process: ChildProcess
    private let folder: TemporaryFolder

    /// tinyproxy(8) for HTTP, microsocks(1) for SOCKS 5.
    ///
    /// - Parameters:
    ///   - user: the only one that it lets through.
    ///   - extra: lines for tinyproxy.conf(5).
    static func start(
        _ kind: ProxySettings.Kind, authenticates: Bool = true, user: String = user, extra: String = ""
    ) async throws -> ProxyProcess {
        for _ in 1..<3 {
            if let proxy = try await answering(kind, authenticates ? user : nil, extra) { return proxy }
        }
        throw ServerFailure(description: "no proxy for \(kind.rawValue) can be started")
    }

    /// nil: somebody else was faster with the port.
    private static func answering(
        _ kind: ProxySettings.Kind, _ user: String?, _ extra: String
    ) async throws -> ProxyProcess? {
        let proxy = try ProxyProcess(kind, port: try await freePort(), user: user, extra: extra)
        await eventually { proxy.process.poll() != nil || LoopbackSocket().connect(proxy.port) }
        return proxy.process.poll() == nil ? proxy : nil
    }

    /// A port of 127.0.0.1 that the kernel just gave out and got back.
    private static func freePort() async throws -> Int {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 0
        try await listener.close()
        return port
    }

    private init(_ kind: ProxySettings.Kind, port: Int, user: String?, extra: String) throws {
        self.kind = kind
        self.port = port
        folder = try TemporaryFolder()
        let command: [String]
        if kind == .http {
            let login = user.map { "BasicAuth \($0) \(Self.password)\n" } ?? ""
            let lines = "Port \(port)\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nLogLevel Connect\n"
            try LocalFiles.write(lines + login + extra, to: folder("tinyproxy.conf"))
            command = ["tinyproxy", "-d", "-c", folder("tinyproxy.conf")]
        } else {
            let login = user.map { ["-u", $0, "-P", Self.password] } ?? []
            command = ["microsocks", "-i", "127.0.0.1", "-p", "\(port)"] + login
        }
        process = try ChildProcess(command)
    }

    var log: String { process.output + process.errors }

    /// Connections that it made for its clients, in the words of its log.
    var tunnels: Int {
        let word = kind == .http ? "CONNECT 127.0.0.1:" : "connected to 127.0.0.1:"
        return log.split(separator: "\n").count { $0.contains(word) && !$0.contains("bad") }
    }

    func stop() { process.kill() }

    func settings(user: String = user, password: String = password) -> ProxySettings {
        ProxySettings(
            kind: kind, endpoint: Endpoint(host: "127.0.0.1", port: port), user: user, password: Secret(password))
    }
}
