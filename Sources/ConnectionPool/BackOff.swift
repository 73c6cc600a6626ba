import FileModel

/// The pause between failed attempts, and the error that will not go away by itself.
struct BackOff {
    private(set) var failures = 0
    private(set) var until: ContinuousClock.Instant?
    private(set) var lastError: StorageError?
    /// `lastError` is permanent: no attempt before `reset`.
    private(set) var isStopped = false
    private var lastFailure: ContinuousClock.Instant?

    /// An attempt failed. Several attempts that were under way together count as one.
    mutating func failed(
        _ error: StorageError, started: ContinuousClock.Instant, _ moment: PoolMoment,
        _ configuration: PoolConfiguration
    ) {
        if !isStopped || error.isPermanent { lastError = error }
        isStopped = isStopped || error.isPermanent
        if let lastFailure, started < lastFailure { return }
        lastFailure = moment.now
        let doubled = configuration.backOffBase * Double(1 << min(failures, 20))
        failures += 1
        until = moment.now + min(doubled, configuration.backOffMaximum) * (1 - moment.jitter / 2)
    }

    /// An attempt succeeded. How often it failed before is forgotten only when the connection was of use.
    mutating func connected() {
        until = nil
        lastError = nil
        isStopped = false
    }

    /// A connection was of use, or somebody asked for a fresh start.
    mutating func reset() { self = BackOff() }

    /// Whether an attempt may be made now.
    func allowsAttempt(_ now: ContinuousClock.Instant) -> Bool {
        !isStopped && (until.map { $0 <= now } ?? true)
    }

    /// The error with which requests fail at once when nothing is connected; nil when waiting is worth while.
    func refusal(_ now: ContinuousClock.Instant, patience: Duration) -> StorageError? {
        if isStopped { return lastError }
        guard let until, until - now > patience else { return nil }
        return lastError
    }
}

extension StorageError {
    /// Whether the same attempt will fail again until somebody changes something; and may do harm (account locked).
    var isPermanent: Bool {
        switch code {
        case .loginFailed, .hostKeyRejected, .tlsFailed, .configuration: true
        default: false
        }
    }
}
