import FileModel
import Synchronization

/// The end of a connection, which happens once and is told to everybody who asked.
final class ConnectionEnd: Sendable {
    private enum State {
        case open([@Sendable (StorageError?) -> Void])
        case ended(StorageError?)
    }

    private let state = Mutex(State.open([]))

    var hasHappened: Bool {
        state.withLock { state in
            if case .ended = state { true } else { false }
        }
    }

    func observe(_ body: @escaping @Sendable (StorageError?) -> Void) {
        let past: StorageError?? = state.withLock { state in
            switch state {
            case .ended(let error): return .some(error)
            case .open(let observers):
                state = .open(observers + [body])
                return nil
            }
        }
        if let past { body(past) }
    }

    func happened(_ error: StorageError?) {
        let observers = state.withLock { state in
            guard case .open(let observers) = state else { return [@Sendable (StorageError?) -> Void]() }
            state = .ended(error)
            return observers
        }
        for observer in observers { observer(error) }
    }
}
