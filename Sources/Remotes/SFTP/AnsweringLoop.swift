import SFTP
import Synchronization

/// The event loop of the connection that most calls use: the oldest.
final class AnsweringLoop: Sendable {
    private struct State {
        weak var connection: SFTPConnection?
        var executor: (any TaskExecutor)?
        var roundTrip: Duration?
    }

    private let state = Mutex(State())

    /// nil while there never was a connection.
    var executor: (any TaskExecutor)? { state.withLock { $0.executor } }

    /// As it was when the connection was made.
    var roundTrip: Duration? { state.withLock { $0.roundTrip } }

    func opened(_ connection: SFTPConnection) {
        state.withLock { state in
            if let present = state.connection, !present.isClosed { return }
            state = State(
                connection: connection, executor: connection.executor, roundTrip: connection.roundTrip)
        }
    }
}
