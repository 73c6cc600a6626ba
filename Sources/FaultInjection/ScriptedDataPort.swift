import NIOCore
import NIOPosix

/// A port of 127.0.0.1 that takes one FTP data connection.
public struct ScriptedDataPort: Sendable {
    public let port: Int
    private let listener: any Channel
    private let sessions: AsyncStream<ScriptedSession>

    init(record: ScriptRecord) async throws {
        let (sessions, arrived) = AsyncStream<ScriptedSession>.makeStream()
        self.sessions = sessions
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let inbox = ScriptInbox()
                    let session = ScriptedSession(channel: channel, inbox: inbox, record: record)
                    let handler = ScriptHandler(inbox) { arrived.yield(session) }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
        listener.closeFuture.whenComplete { _ in arrived.finish() }
    }

    /// The answer to EPSV (RFC 2428 §3).
    public var extendedReply: String { "229 Entering Extended Passive Mode (|||\(port)|)\r\n" }

    /// The answer to PASV (RFC 959 §4.1.2), naming any address.
    public func reply(address: String = "127,0,0,1") -> String {
        "227 Entering Passive Mode (\(address),\(port >> 8),\(port & 255)).\r\n"
    }

    /// The connection, once the client made it.
    public func connection() async throws -> ScriptedSession {
        for await session in sessions {
            listener.close(promise: nil)
            return session
        }
        throw ScriptEnded()
    }

    /// Sends everything and closes.
    public func deliver(_ bytes: [UInt8]) async throws {
        let session = try await connection()
        try await session.send(bytes)
        session.close()
    }

    /// Takes everything that the client sends.
    public func receive() async throws -> [UInt8] {
        let session = try await connection()
        defer { session.close() }
        return await session.remainder()
    }

    public func close() { listener.close(promise: nil) }
}
