import FileModel

/// Whether the server answers, concluded from what calls met; a pure value.
///
/// | state | leads to |
/// |---|---|
/// | up | suspected by a lost connection; down by silence or refusal |
/// | suspected | up by any answer; down when there was none in time, or the probe failed |
/// | down | up by any answer |
struct OutageMachine {
    typealias Instant = ContinuousClock.Instant

    enum State: Equatable {
        case up
        /// A connection was lost; calls go on, and a probe looks whether the server is there.
        case suspected(since: Instant, StorageError)
        /// Calls fail at once.
        case down(since: Instant, StorageError)
    }

    enum Action: Equatable {
        case none
        case startProbing
        /// Tell it; and let no idle connection be used that the silence may have killed.
        case announceOutage(StorageError, startsProbing: Bool)
        case announceReturn(after: Duration)
    }

    private(set) var state = State.up
    /// The last time the server answered anything.
    private(set) var lastSign: Instant
    private var isProbing = false
    /// How long a lost connection is only a suspicion, and how much silence is one; half of a call's limit.
    private let patience: Duration

    init(patience: Duration, now: Instant) {
        self.patience = patience
        lastSign = now
    }

    /// With what a call fails at once; nil while it may be tried.
    var refusal: StorageError? {
        if case .down(_, let error) = state { return error }
        return nil
    }

    /// The server answered, whatever it said.
    mutating func answered(at now: Instant) -> Action {
        lastSign = now
        let before = state
        state = .up
        guard case .down(let since, _) = before else { return .none }
        return .announceReturn(after: now - since)
    }

    /// A call or probe that began at `start` got no answer.
    mutating func failed(_ error: StorageError, started start: Instant, at now: Instant) -> Action {
        switch error.code {
        case .unreachable: return goDown(error, now)
        // Others were answered meanwhile: one request was late, not the server.
        case .timedOut where lastSign > start: return .none
        // Told at once, it speaks of the connection's past.
        case .timedOut where now - start >= patience: return goDown(error, now)
        case .timedOut, .connectionLost:
            guard state == .up else { return .none }
            state = .suspected(since: now, error)
            return probe()
        default: return answered(at: now)
        }
    }

    /// The probe failed, or a moment of suspicion passed.
    mutating func probeFailed(_ error: StorageError, at now: Instant) -> Action {
        if case .suspected = state { return goDown(error, now) }
        return .none
    }

    mutating func timePassed(at now: Instant) -> Action {
        guard case .suspected(let since, let error) = state, now - since >= patience else { return .none }
        return goDown(error, now)
    }

    /// - Returns: false ends the probing.
    mutating func continuesProbing() -> Bool {
        isProbing = state != .up
        return isProbing
    }

    private mutating func goDown(_ error: StorageError, _ now: Instant) -> Action {
        if case .down = state { return .none }
        state = .down(since: now, error)
        let starts = !isProbing
        isProbing = true
        return .announceOutage(error, startsProbing: starts)
    }

    private mutating func probe() -> Action {
        guard !isProbing else { return .none }
        isProbing = true
        return .startProbing
    }
}

extension StorageError {
    /// Whether the server itself, rather than a path or a setting, may be the reason.
    var isOutage: Bool {
        switch code {
        case .unreachable, .connectionLost, .timedOut: true
        default: false
        }
    }
}
