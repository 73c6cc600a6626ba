import FTP
import SFTP
import Synchronization

/// A connection whose answers come in on one event loop.
protocol AnsweringConnection: AnyObject, Sendable {
    var isClosed: Bool { get }
    var answering: any TaskExecutor { get }
    /// nil where it was not measured.
    var measuredRoundTrip: Duration? { get }
}

extension SFTPConnection: AnsweringConnection {
    var answering: any TaskExecutor { executor }
    var measuredRoundTrip: Duration? { roundTrip }
}

extension FTPConnection: AnsweringConnection {
    nonisolated var answering: any TaskExecutor { executor }
    nonisolated var measuredRoundTrip: Duration? { nil }
}

/// The event loop of the connection that most calls use: the oldest.
final class AnsweringLoop: Sendable {
    private struct State {
        weak var connection: (any AnsweringConnection)?
        var executor: (any TaskExecutor)?
        var roundTrip: Duration?
    }

    private let state = Mutex(State())

    /// nil while there never was a connection.
    var executor: (any TaskExecutor)? { state.withLock { $0.executor } }

    /// As it was when the connection was made.
    var roundTrip: Duration? { state.withLock { $0.roundTrip } }

    func opened(_ connection: some AnsweringConnection) {
        state.withLock { state in
            if let present = state.connection, !present.isClosed { return }
            state = State(
                connection: connection, executor: connection.answering, roundTrip: connection.measuredRoundTrip)
        }
    }
}
