public import Definitions
public import FileModel

/// Decides which scheduled runs start when; the daemon does what it says.
///
/// A pure value: the time and the randomness of the jitter come from outside. No two runs of a name are ever under
/// way at once. A due time that comes while the name runs is skipped, or, with `overlap = "queue"`, started once when
/// the run ends. Due times that passed while nobody looked (the machine slept) make one run, not many.
public struct Scheduler: Sendable {
    public enum Action: Hashable, Sendable {
        /// Start a run that was due at `due`.
        case start(name: String, due: Timestamp)
        /// A run was due, and the one before is still under way.
        case skip(name: String, due: Timestamp)
        /// The run has exceeded its time; told once.
        case stop(name: String)
    }

    struct Entry: Sendable {
        let schedule: ScheduleDefinition
        let times: FireTimes
        /// Where `every` counts from.
        let anchor: Timestamp
        /// The due time that comes next, without jitter.
        var due: Timestamp?
        /// When it is acted on: `due` and the jitter.
        var firesAt: Timestamp?
    }

    struct Run: Sendable {
        let startedAt: Timestamp
        var stopsAt: Timestamp?
        /// The due time that waits for the end of this run.
        var queued: Timestamp?
    }

    private(set) var entries: [String: Entry] = [:]
    /// Runs under way, of entries that may be gone or changed by now.
    private(set) var runs: [String: Run] = [:]

    public init() {}

    public func isRunning(_ name: String) -> Bool { runs[name] != nil }

    /// When `timerFired` has something to do.
    public var nextWakeUp: Timestamp? {
        (entries.values.compactMap(\.firesAt) + runs.values.compactMap(\.stopsAt)).min()
    }

    /// When a name runs next, as far as is known.
    public func nextStart(_ name: String) -> Timestamp? { entries[name]?.firesAt }

    // MARK: - Events

    /// A definition came, or changed.
    ///
    /// - Parameter lastStart: of its last run; nil if it never ran. With `catch_up` a due time missed since then is
    ///   made up for by one run at once; an `every` that never ran is due at once.
    public mutating func scheduleAdded(
        _ name: String, _ schedule: ScheduleDefinition, lastStart: Timestamp?, at now: Timestamp,
        using random: inout some RandomNumberGenerator
    ) {
        scheduleAdded(
            name, schedule, times: FireTimes(schedule), lastStart: lastStart, at: now, using: &random)
    }

    mutating func scheduleAdded(
        _ name: String, _ schedule: ScheduleDefinition, times: FireTimes, lastStart: Timestamp?, at now: Timestamp,
        using random: inout some RandomNumberGenerator
    ) {
        // A last start in the future tells of a clock that was wrong.
        let anchor = min(lastStart ?? now, now)
        var entry = Entry(schedule: schedule, times: times, anchor: anchor)
        if let missed = Self.missed(schedule, times, lastStart: lastStart, anchor: anchor, now: now) {
            entry.due = missed
            entry.firesAt = now
        } else {
            Self.advance(&entry, after: now, using: &random)
        }
        entries[name] = entry
    }

    /// A definition went away; a run of it under way goes on.
    public mutating func scheduleRemoved(_ name: String) {
        entries[name] = nil
        runs[name]?.queued = nil
    }

    /// A run that no schedule asked for has begun.
    public mutating func runStarted(_ name: String, at now: Timestamp) {
        begin(name, at: now)
    }

    /// `nextWakeUp` has come.
    public mutating func timerFired(
        at now: Timestamp, using random: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        for name in runs.keys.sorted() {
            guard let stopsAt = runs[name]?.stopsAt, stopsAt <= now else { continue }
            runs[name]?.stopsAt = nil
            actions.append(.stop(name: name))
        }
        for name in entries.keys.sorted() {
            guard var entry = entries[name], let firesAt = entry.firesAt, firesAt <= now, let due = entry.due else {
                continue
            }
            Self.advance(&entry, after: max(now, due), using: &random)
            entries[name] = entry
            actions.append(contentsOf: becameDue(name, due, entry.schedule.overlap, at: now))
        }
        return actions
    }

    /// A run has ended, however.
    public mutating func runEnded(_ name: String, at now: Timestamp) -> [Action] {
        guard let run = runs.removeValue(forKey: name), let due = run.queued, entries[name] != nil else { return [] }
        begin(name, at: now)
        return [.start(name: name, due: due)]
    }

    // MARK: - Decisions

    private mutating func becameDue(
        _ name: String, _ due: Timestamp, _ overlap: OverlapPolicy, at now: Timestamp
    ) -> [Action] {
        if runs[name] == nil {
            begin(name, at: now)
            return [.start(name: name, due: due)]
        }
        if overlap == .queue, runs[name]?.queued == nil {
            runs[name]?.queued = due
            return []
        }
        return [.skip(name: name, due: due)]
    }

    private mutating func begin(_ name: String, at now: Timestamp) {
        let limit = entries[name]?.schedule.maximumRuntime
        runs[name] = Run(startedAt: now, stopsAt: limit.map { now.advanced(by: $0) })
    }

    /// The due time that a start of the daemon makes up for.
    private static func missed(
        _ schedule: ScheduleDefinition, _ times: FireTimes, lastStart: Timestamp?, anchor: Timestamp, now: Timestamp
    ) -> Timestamp? {
        guard lastStart != nil else {
            guard case .every = schedule.trigger, !times.isHoliday(now) else { return nil }
            return now
        }
        guard schedule.catchUp, let due = times.next(after: anchor, anchor: anchor), due <= now else { return nil }
        return times.isHoliday(now) ? nil : due
    }

    private static func advance(
        _ entry: inout Entry, after moment: Timestamp, using random: inout some RandomNumberGenerator
    ) {
        entry.due = entry.times.next(after: moment, anchor: entry.anchor)
        let jitter = entry.schedule.jitter
        let delay = jitter == .zero ? .zero : jitter * Double.random(in: 0..<1, using: &random)
        entry.firesAt = entry.due?.advanced(by: delay)
    }
}
