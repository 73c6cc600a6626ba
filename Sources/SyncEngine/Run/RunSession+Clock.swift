import FileModel
import RemoteFileSystem
import SyncCore

/// Where both sides changed a file, the later change wins; so the two clocks are compared, after the guards have passed.
extension RunSession {
    private static let daily: Int64 = 86_400

    /// Measures first where a conflict of the plan depends on it, and chooses the winners anew.
    func settleConflictsByClock() async throws(StorageError) {
        guard options.conflict.comparesTimes, report.plan.conflicts > 0, options.planFile.carriedOut == nil,
            let probe = try newProbe()
        else { return }
        try note(await ClockProbe.measure(probe))
        var calibration = scan.rules.calibration
        calibration.remote.skew = .milliseconds(archive.header.clockSkew)
        guard calibration != scan.rules.calibration else { return }
        var last: Int64 = 0
        while case let steps = try plan.conflicts(after: last), let end = steps.last {
            last = end.sequence
            for step in steps { try chooseWinner(step, calibration) }
        }
    }

    private func chooseWinner(_ step: PlannedStep, _ calibration: Sides<Calibration>) throws(StorageError) {
        guard let local = step.observed.local, let remote = step.observed.remote,
            let winner = Conflict.winner(options.conflict, Sides(local: local, remote: remote), calibration)
        else { return }
        var step = step
        switch step.action {
        case .conflict: step.decision.action = .conflict(winner: winner)
        case .copy(_, let displaced): step.decision.action = .copy(from: winner, displaced: displaced)
        default: return
        }
        try plan.replace(step)
    }

    /// Once a day, beside the first uploads: so that a plan, and a user, know of a wrong clock before it matters.
    ///
    /// - Returns: nil where it need not be asked for in this run.
    func clockProbe() throws(StorageError) -> ClockProbe? {
        guard report.plan.copies.remote > 0 else { return nil }
        if let measured = archive.header.clockMeasured, abs(run.now().seconds - measured) < Self.daily { return nil }
        return try newProbe()
    }

    /// - Returns: nil for a side that must not, or cannot, be asked.
    private func newProbe() throws(StorageError) -> ClockProbe? {
        let remote = replicas.remote
        guard options.mode == .twoWay, !options.isSequential, remote.names.usesTemporaries,
            !conditions.isBlind(.remote),
            remote.capabilities.listingResolution <= .minute
        else { return nil }
        let probe = ClockProbe(remote, operation: try archive.reserveOperations(1), now: run.now)
        try archive.add([probe.intent])
        return probe
    }

    func note(_ outcome: ClockProbe.Outcome?) throws(StorageError) {
        guard let outcome else { return }
        if !outcome.failed { try archive.removeIntent(outcome.intent.operation) }
        let reading = outcome.reading
        let (seconds, attoseconds) = (reading?.skew ?? .zero).components
        try archive.updateHeader { header in
            header.clockSkew = seconds * 1000 + attoseconds / 1_000_000_000_000_000
            header.clockMeasured = run.now().seconds
        }
        if let reading, reading.isNotable { warn(ofSkew: seconds) }
    }

    /// For a run that must not make files, and chooses winners by what an earlier one measured.
    func warnOfKnownSkew() {
        let skew = scan.rules.calibration.remote.skew
        guard options.conflict.comparesTimes, report.plan.conflicts > 0, ClockReading.isNotable(skew) else { return }
        warn(ofSkew: skew.components.seconds)
    }

    private func warn(ofSkew seconds: Int64) {
        let minutes = (abs(seconds) + 30) / 60
        warn(
            "the server's clock is \(minutes) minutes \(seconds > 0 ? "ahead of" : "behind") this machine's: where both "
                + "sides changed a file, that is taken into account to find the later change")
    }
}
