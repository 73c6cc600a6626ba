import FileModel
import Synchronization

/// The room on the server as it was a moment ago.
///
/// Programs that walk a tree with fts(3) ask for it after they have read the first folder; so it is asked for along with
/// listings. Own changes make it void.
final class KnownRoom: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct State {
        var room: FileSystemStatistics?
        var until: Instant?
        /// No question ahead before this moment.
        var nextQuestion: Instant?
        var changes: UInt64 = 0
    }

    private let lifetime: Duration
    private let state = Mutex(State())

    /// - Parameter lifetime: for which an answer is believed.
    init(lifetime: Duration) { self.lifetime = lifetime }

    /// nil when the server has to be asked.
    func known(at now: Instant) -> FileSystemStatistics? {
        state.withLock { state in
            guard let until = state.until, until > now else { return nil }
            return state.room
        }
    }

    /// Own changes so far: an answer belongs to the number at its question.
    var changes: UInt64 { state.withLock { $0.changes } }

    func learn(_ room: FileSystemStatistics, changes: UInt64, at now: Instant) {
        state.withLock { state in
            guard state.changes == changes else { return }
            state.room = room
            state.until = now + lifetime
        }
    }

    /// Whether it is time for a question that nobody waits for; counts it as asked.
    func beginQuestion(at now: Instant) -> Bool {
        state.withLock { state in
            guard lifetime > .zero, state.nextQuestion.map({ $0 <= now }) ?? true else { return false }
            state.nextQuestion = now + lifetime
            return state.until.map { $0 <= now } ?? true
        }
    }

    /// Something was changed here, or the server is to be asked.
    func forget() {
        state.withLock { state in
            state.changes += 1
            state.until = nil
        }
    }
}
