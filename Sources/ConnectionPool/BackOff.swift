import FileModel

/// The pause between failed attempts, and the error that will not go away by itself.
struct BackOff {
    typealias Instant = PoolInstant

    private(set) var failures = 0
    private(set) var until: Instant?
    private(set) var lastError: StorageError?
    private var stop: Stop?
    private var lastFailure: Instant?

    /// A permanent error: no attempt before `reset`, or before the time that was set.
    private struct Stop {
        let error: StorageError
        let until: Instant?
    }

    var isStopped: Bool { stop != nil }
    var stoppedUntil: Instant? { stop?.until }

    /// An attempt failed. Several attempts that were under way together count as one.
    ///
    /// - Parameter stopFor: after a permanent error, the time after which one more attempt may show that it has gone
    ///   away all the same; nil: it will not.
    mutating func failed(
        _ error: StorageError, started: Instant, stopFor: Duration? = nil, _ moment: PoolMoment,
        _ configuration: PoolConfiguration
    ) {
        if stop == nil || error.isPermanent { lastError = error }
        if error.isPermanent { stop = Stop(error: error, until: stopFor.map { moment.now + $0 }) }
        if let lastFailure, started < lastFailure { return }
        lastFailure = moment.now
        let doubled = configuration.backOffBase * Double(1 << min(failures, 20))
        failures += 1
        until = moment.now + min(doubled, configuration.backOffMaximum) * (1 - moment.jitter / 2)
    }

    /// Another program, or an earlier run, has met a permanent error.
    mutating func stop(_ error: StorageError, until: Instant) {
        lastError = error
        stop = Stop(error: error, until: until)
    }

    /// An attempt succeeded. How often it failed before is forgotten only when the connection was of use.
    mutating func connected() {
        until = nil
        lastError = nil
        stop = nil
    }

    /// A connection was of use, or somebody asked for a fresh start.
    mutating func reset() { self = BackOff() }

    /// Whether an attempt may be made now.
    func allowsAttempt(_ now: Instant) -> Bool { !isStopped(now) && (until.map { $0 <= now } ?? true) }

    private func isStopped(_ now: Instant) -> Bool {
        guard let stop else { return false }
        return stop.until.map { now < $0 } ?? true
    }

    /// The error with which requests fail at once when nothing is connected; nil when waiting is worth while.
    func refusal(_ now: Instant, patience: Duration) -> StorageError? {
        if isStopped(now) { return stop?.error }
        guard let until, until - now > patience else { return nil }
        return lastError
    }
}

extension StorageError {
    /// Whether the same attempt will fail again until somebody changes something; and may do harm (account locked).
    var isPermanent: Bool {
        switch code {
        case .loginFailed, .proxyRefused, .hostKeyRejected, .tlsFailed, .configuration: true
        default: false
        }
    }
}
