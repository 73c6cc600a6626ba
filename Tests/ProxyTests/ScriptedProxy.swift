import FileModel
import NIOCore
import NIOPosix
import Transport

@testable import FaultInjection

/// A SOCKS 4 and 4A proxy (the protocol's description by Ying-Da Lee) for one user, which knows every name as 127.0.0.1.
struct ScriptedProxy: Sendable {
    static let user = "me"
    private let server: ScriptedServer

    init() async throws {
        server = try await ScriptedServer { try await Self.serve($0) }
    }

    /// What clients asked for: `me -> ftp.example.com:21`.
    var requests: [String] { server.received }

    func settings(_ kind: ProxySettings.Kind, user: String = user) -> ProxySettings {
        ProxySettings(kind: kind, endpoint: Endpoint(host: server.host, port: server.port), user: user)
    }

    func stop() async throws { try await server.stop() }

    private static func serve(_ client: ScriptedSession) async throws {
        let head = try await client.bytes(8)
        let login = try await text(client)
        let hasName = head[4...6] == [0, 0, 0] && head[7] != 0
        let host = hasName ? try await text(client) : head[4...].map(String.init).joined(separator: ".")
        let port = Int(head[2]) << 8 | Int(head[3])
        client.record.said("\(login) -> \(host):\(port)")
        guard head[..<2] == [4, 1], login == user else { return try await client.send([0, 0x5D, 0, 0, 0, 0, 0, 0]) }
        guard let target = try? await connect(port, client.record) else {
            return try await client.send([0, 0x5B, 0, 0, 0, 0, 0, 0])
        }
        try await client.send([0, 0x5A, 0, 0, 0, 0, 0, 0])
        async let up: Void = pass(client, to: target)
        async let down: Void = pass(target, to: client)
        _ = await (up, down)
        target.close()
    }

    private static func text(_ client: ScriptedSession) async throws -> String {
        var bytes: [UInt8] = []
        while true {
            let byte = try await client.bytes(1)[0]
            if byte == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
    }

    private static func connect(_ port: Int, _ record: ScriptRecord) async throws -> ScriptedSession {
        let inbox = ScriptInbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return ScriptedSession(channel: channel, inbox: inbox, record: record)
    }

    private static func pass(_ source: ScriptedSession, to target: ScriptedSession) async {
        let take: @Sendable (inout [UInt8]) -> [UInt8]? = { bytes in
            defer { bytes = [] }
            return bytes
        }
        while let bytes = try? await source.inbox.next(take) {
            guard (try? await target.send(bytes)) != nil else { break }
        }
        try? await target.channel.close(mode: .output)
    }
}
