import FileModel

/// What is shared with other programs and later runs: the server's limit, and refused logins.
extension PoolStateMachine {
    /// What the server's record said before an attempt.
    ///
    /// A refusal counts only while nothing here contradicts it: an account that is logged in has the right password.
    mutating func recalled(_ known: ServerKnowledge, _ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, _ in
            if let remembered = known.limit {
                machine.limit.recall(remembered, moment.now)
                machine.savedLimit = machine.limit
            }
            if let since = known.sinceLogin { machine.recalledLogin = moment.now - since }
            machine.knownSessions = known.sessionsHeld
            if let refusal = known.refusal, machine.openCount == 0 {
                machine.backOff.stop(refusal.error, until: moment.now + refusal.retryIn)
            }
        }
    }

    /// The next run may open as many at once as this one was let have, unless logins cost more there than they bring.
    mutating func rememberSessions(_ action: inout PoolAction) {
        guard loginPace == nil, mostOpen > max(knownSessions ?? 0, configuration.maximumConnecting) else { return }
        action.command(.remember(.sessionsHeld(mostOpen)))
    }

    /// Tells the slots and the record of a limit that has changed.
    mutating func shareLimit(_ now: Instant, _ action: inout PoolAction) {
        let allowed = limit.allowed(now)
        if sharesSlots, allowed != slotLimit {
            slotLimit = allowed
            action.command(.limitSlots(allowed))
        }
        guard !limit.agrees(with: savedLimit) else { return }
        savedLimit = limit
        action.command(.remember(limit.remembered(now).map { .limitLearned($0) } ?? .limitForgotten))
    }
}
