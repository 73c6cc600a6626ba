import FileModel
import Synchronization

/// A continuation that the first of several possible ends resumes; the others find it gone.
final class ResumeOnce<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, StorageError>

    private enum State {
        case empty
        case waiting(CheckedContinuation<Outcome, Never>)
        case early(Outcome)
        case done
    }

    private let state = Mutex(State.empty)

    func arm(_ continuation: CheckedContinuation<Outcome, Never>) {
        let early: Outcome? = state.withLock { state in
            guard case .early(let outcome) = state else {
                state = .waiting(continuation)
                return nil
            }
            state = .done
            return outcome
        }
        if let early { continuation.resume(returning: early) }
    }

    func resume(_ outcome: Outcome) {
        let continuation: CheckedContinuation<Outcome, Never>? = state.withLock { state in
            switch state {
            case .empty: state = .early(outcome)
            case .waiting(let continuation):
                state = .done
                return continuation
            case .early, .done: break
            }
            return nil
        }
        continuation?.resume(returning: outcome)
    }
}
