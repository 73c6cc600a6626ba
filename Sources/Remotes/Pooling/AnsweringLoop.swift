import FTP
import FileModel
import NIOCore
import SFTP
import Synchronization
import Transport

/// A connection whose answers come in on one event loop.
protocol AnsweringConnection: AnyObject, Sendable {
    var isClosed: Bool { get }
    var taskExecutor: LoopTaskExecutor { get }
    /// nil where it was not measured.
    var measuredRoundTrip: Duration? { get }
}

extension SFTPConnection: AnsweringConnection {
    var measuredRoundTrip: Duration? { roundTrip }
}

extension FTPConnection: AnsweringConnection {
    nonisolated var measuredRoundTrip: Duration? { nil }
}

/// The event loop of the connection that most calls use: the oldest.
final class AnsweringLoop: Sendable {
    private struct State {
        weak var connection: (any AnsweringConnection)?
        var executor: LoopTaskExecutor?
        var roundTrip: Duration?
    }

    private let state = Mutex(State())

    /// nil while there never was a connection.
    var executor: LoopTaskExecutor? { state.withLock { $0.executor } }

    /// Runs `body` there; where its caller runs while there never was a connection.
    func run<Value: Sendable>(
        _ body: @Sendable () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        guard let executor else { return try await body() }
        return try await executor.run(body)
    }

    /// As it was when the connection was made.
    var roundTrip: Duration? { state.withLock { $0.roundTrip } }

    /// `connect`, whose connections are looked at from now on.
    func watching<Connection: AnsweringConnection>(
        _ connect: @escaping @Sendable () async throws(StorageError) -> Connection
    ) -> @Sendable () async throws(StorageError) -> Connection {
        { () async throws(StorageError) in
            let connection = try await connect()
            self.opened(connection)
            return connection
        }
    }

    private func opened(_ connection: some AnsweringConnection) {
        state.withLock { state in
            if let present = state.connection, !present.isClosed { return }
            state = State(
                connection: connection, executor: connection.taskExecutor, roundTrip: connection.measuredRoundTrip)
        }
    }
}
