import NIOCore
import NIOPosix
import Synchronization

/// A server on a free port of 127.0.0.1 whose part of every connection is a piece of code: for dialects, banners and
/// hostile answers that no real server gives.
///
/// ```swift
/// let server = try await ScriptedServer { session in
///     try await session.send("220 hello\r\n")
///     try await session.expect("USER me", answer: "331 password?\r\n")
///     session.reset()
/// }
/// ```
/// The connection is closed when the code returns.
public final class ScriptedServer: Sendable {
    public typealias Script = @Sendable (ScriptedSession) async throws -> Void

    public let host = "127.0.0.1"
    public let port: Int
    private let listener: any Channel
    private let record: ScriptRecord

    public init(_ script: @escaping Script) async throws {
        let record = ScriptRecord()
        self.record = record
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let inbox = ScriptInbox()
                    let session = ScriptedSession(channel: channel, inbox: inbox, record: record)
                    let handler = ScriptHandler(inbox) { record.start(script, session) }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: host, port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    deinit { listener.close(promise: nil) }

    /// Everything that clients said, connection after connection, line by line.
    public var received: [String] { record.lines }

    /// What clients said otherwise than the script expected.
    public var problems: [String] { record.problems }

    public var connections: Int { record.connections }

    /// Closes the port and ends all scripts.
    public func stop() async throws {
        try await listener.close()
        record.stop()
    }
}

/// What happened on all connections of one server.
final class ScriptRecord: Sendable {
    private struct State {
        var lines: [String] = []
        var problems: [String] = []
        var connections = 0
        var scripts: [Task<Void, Never>] = []
    }

    private let state = Mutex(State())

    var lines: [String] { state.withLock { $0.lines } }
    var problems: [String] { state.withLock { $0.problems } }
    var connections: Int { state.withLock { $0.connections } }

    func said(_ line: String) { state.withLock { $0.lines.append(line) } }
    func disagree(_ problem: String) { state.withLock { $0.problems.append(problem) } }

    func start(_ script: @escaping ScriptedServer.Script, _ session: ScriptedSession) {
        let task = Task {
            do {
                try await script(session)
            } catch is ScriptEnded {
                // The client left before the script's end, as it may.
            } catch {
                disagree("\(error)")
            }
            session.close()
        }
        state.withLock { state in
            state.connections += 1
            state.scripts.append(task)
        }
    }

    func stop() {
        for script in state.withLock({ $0.scripts }) { script.cancel() }
    }
}

/// The client ended the connection.
struct ScriptEnded: Error {}
