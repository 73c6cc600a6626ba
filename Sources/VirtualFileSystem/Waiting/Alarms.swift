import Synchronization

/// Alarms at a time each, by one timer for all: nearly every one is switched off before it rings, and has then cost no
/// timer of its own.
final class Alarms: Sendable {
    static let shared = Alarms()

    private struct Alarm: Sendable {
        /// May be later each time it is looked at.
        let time: @Sendable () -> ContinuousClock.Instant
        let ring: @Sendable () -> Void
    }

    private struct State {
        var alarms: [UInt64: Alarm] = [:]
        var last: UInt64 = 0
        var timer: (time: ContinuousClock.Instant, task: Task<Void, Never>)?
    }

    private let state = Mutex(State())

    /// - Parameters:
    ///   - time: when to ring; asked again when it has come.
    ///   - ring: called once, in a task of the timer; must not wait.
    /// - Returns: what `end` takes.
    @discardableResult
    func begin(
        at time: @escaping @Sendable () -> ContinuousClock.Instant, _ ring: @escaping @Sendable () -> Void
    ) -> UInt64 {
        let first = time()
        return state.withLock { state in
            state.last += 1
            state.alarms[state.last] = Alarm(time: time, ring: ring)
            set(first, &state)
            return state.last
        }
    }

    func end(_ id: UInt64) { state.withLock { $0.alarms[id] = nil } }

    /// Has the timer run out no later than at `time`.
    private func set(_ time: ContinuousClock.Instant, _ state: inout State) {
        if let timer = state.timer {
            if timer.time <= time { return }
            timer.task.cancel()
        }
        let task = Task.detached { [self] in
            try? await Task.sleep(until: time, clock: .continuous)
            if !Task.isCancelled { look() }
        }
        state.timer = (time, task)
    }

    private func look() {
        let alarms = state.withLock { state in
            state.timer = nil
            return state.alarms
        }
        let now = ContinuousClock.now
        var next: ContinuousClock.Instant?
        for (id, alarm) in alarms {
            let time = alarm.time()
            if time > now {
                next = min(next ?? time, time)
            } else if state.withLock({ $0.alarms.removeValue(forKey: id) }) != nil {
                alarm.ring()
            }
        }
        guard let next else { return }
        state.withLock { if !$0.alarms.isEmpty { set(next, &$0) } }
    }
}
