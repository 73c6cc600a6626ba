public import Definitions
public import FileModel

/// Something the daemon tells, one line each.
public enum DaemonEvent: Sendable {
    case started(mounts: Int, schedules: Int)
    case definitions(Diagnostic)
    case reloaded(DefinitionChanges)
    case mounted(name: String, mountpoint: String)
    case mountFailed(name: String, StorageError, retryIn: Duration)
    /// Somebody else unmounted it, or the session broke.
    case mountEnded(name: String, StorageError?)
    case unmounted(name: String)
    case unmountFailed(name: String, StorageError)
    case scheduled(name: String, Timestamp)
    case runStarted(name: String)
    case runEnded(name: String, RunOutcome)
    case runSkipped(name: String)
    case runOverdue(name: String)
    case stopping
    case stopped
}

extension DaemonEvent: CustomStringConvertible {
    public var description: String {
        switch self {
        case .started(let mounts, let schedules): "started with \(mounts) mounts and \(schedules) schedules"
        case .definitions(let finding): finding.rendered
        case .reloaded(let changes): "definitions read again: \(changes)"
        case .mounted(let name, let mountpoint): "mount \(name): mounted on \(mountpoint)"
        case .mountFailed(let name, let error, let delay):
            "mount \(name): \(error); next try in \(delay.inUnits)"
        case .mountEnded(let name, let error):
            "mount \(name): ended from outside" + (error.map { ": \($0)" } ?? "")
        case .unmounted(let name): "mount \(name): unmounted"
        case .unmountFailed(let name, let error): "mount \(name): cannot be unmounted: \(error)"
        case .scheduled(let name, let time): "sync \(name): next run at \(UTCText.of(time))"
        case .runStarted(let name): "sync \(name): started"
        case .runEnded(let name, let outcome): "sync \(name): \(Self.words(outcome))"
        case .runSkipped(let name): "sync \(name): due, and skipped because the run before is still under way"
        case .runOverdue(let name): "sync \(name): stopped because it exceeded its max_runtime"
        case .stopping: "stopping"
        case .stopped: "stopped"
        }
    }

    private static func words(_ outcome: RunOutcome) -> String {
        let counters = outcome.counters
        let counts = [
            ("uploaded", counters.uploaded), ("downloaded", counters.downloaded), ("deleted", counters.deleted),
            ("conflicts", counters.conflicts), ("failed", counters.failed),
        ].filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        let summary = counts.isEmpty ? "nothing to do" : counts.joined(separator: ", ")
        let isClean = outcome.status == .success
        let detail = outcome.message.map { ": \($0)" } ?? ""
        return isClean ? "success, \(summary)" : "\(outcome.status.rawValue) (\(outcome.statusCode.rawValue))\(detail)"
    }
}

/// Moments as people and scripts read them.
public enum UTCText {
    /// `2026-11-21T02:30:00Z`.
    public static func of(_ time: Timestamp) -> String {
        let days = (time.seconds >= 0 ? time.seconds : time.seconds - 86_399) / 86_400
        let rest = Int(time.seconds - days * 86_400)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
        return "\(CalendarDate(daysSinceEpoch: Int(days)))T\(clock)Z"
    }
}
