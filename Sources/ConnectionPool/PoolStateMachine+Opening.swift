import FileModel

/// From the decision to open a connection until it is open, or not.
extension PoolStateMachine {
    mutating func slotGranted(_ id: ConnectionID, _ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, action in
            guard let index = machine.index(of: id) else { return }
            if machine.isStillWanted(index, moment.now) {
                machine.connections[index].phase = .connecting(since: moment.now)
                action.command(.connect(id))
            } else {
                machine.drop(index, &action)
            }
        }
    }

    /// The slot is not needed when everybody left, or was served, while it was waited for.
    private func isStillWanted(_ index: Int, _ now: Instant) -> Bool {
        guard !isShutDown, backOff.allowsAttempt(now) else { return false }
        return connections[index].claimant != nil || wantedStreams(now) > capacity { !$0.isWaitingForSlot }
    }

    /// - Parameter error: nil when it was not to be waited for and none was free.
    mutating func slotDenied(_ id: ConnectionID, _ error: StorageError?, _ moment: PoolMoment) -> PoolAction {
        settled(moment) { machine, action in
            guard let index = machine.index(of: id) else { return }
            let isAbandoned = !machine.connections[index].isOpening
            machine.drop(index, &action)
            guard let error, !isAbandoned, !machine.isShutDown else { return }
            machine.attemptFailed(error, started: moment.now, moment, &action)
        }
    }

    /// - Parameters:
    ///   - streams: that each connection carries, as the server told; nil where it told nothing.
    ///   - isDear: see `PooledConnection.hasDearLogin`.
    ///   - heldByOthers: slots of other programs.
    mutating func connectionEstablished(
        _ id: ConnectionID, streams: Int? = nil, isDear: Bool = false, heldByOthers: Int = 0,
        _ moment: PoolMoment
    ) -> PoolAction {
        settled(moment) { machine, action in
            guard let index = machine.index(of: id) else { return }
            if let streams { machine.configuration.streamsPerConnection = max(1, streams) }
            let started = machine.startOfAttempt(index) ?? moment.now
            machine.connections[index].phase = .open(OpenConnection(established: moment.now))
            if isDear, machine.loginPace == nil { machine.loginPace = LoginPace(since: moment.now) }
            machine.mostOpen = max(machine.mostOpen, machine.openCount)
            guard !machine.isShutDown else { return machine.close(index, &action) }
            machine.loggedIn(moment.now, &action)
            machine.limit.accepted(
                open: machine.openCount + heldByOthers, started: started,
                configured: machine.configuration.maximumConnections, moment.now,
                probeInterval: machine.configuration.limitProbeInterval)
            machine.serveClaimant(index, moment.now, &action)
        }
    }

    private mutating func loggedIn(_ now: Instant, _ action: inout PoolAction) {
        lastEstablished = now
        hasWorked = true
        backOff.connected()
        if let lastRememberedLogin, now - lastRememberedLogin < .seconds(60) { return }
        lastRememberedLogin = now
        action.command(.remember(.loggedIn))
    }

    private func startOfAttempt(_ index: Int) -> Instant? {
        if case .connecting(let since) = connections[index].phase { return since }
        return nil
    }

    private mutating func serveClaimant(_ index: Int, _ now: Instant, _ action: inout PoolAction) {
        guard let claimant = connections[index].claimant else { return }
        connections[index].claimant = nil
        guard let claim = claims.removeValue(forKey: claimant) else { return }
        if isAllowed(claim), place(for: claim.direction, apartFrom: []) != nil {
            grant(claimant, claim, index, now, &action)
        } else {
            action.reply(claimant, .nothingFree)
        }
    }

    /// - Parameter heldByOthers: slots of other programs.
    mutating func connectFailed(
        _ id: ConnectionID, _ error: StorageError, heldByOthers: Int = 0, _ moment: PoolMoment
    ) -> PoolAction {
        settled(moment) { machine, action in
            guard let index = machine.index(of: id) else { return }
            let started = machine.startOfAttempt(index) ?? moment.now
            machine.drop(index, &action)
            guard !machine.isShutDown else { return }
            machine.attemptFailed(error, started: started, heldByOthers: heldByOthers, moment, &action)
        }
    }

    /// Removes a connection that never opened and tells who it was for.
    private mutating func drop(_ index: Int, _ action: inout PoolAction) {
        let record = connections.remove(at: index)
        action.command(.forget(record.id))
        guard let claimant = record.claimant else { return }
        claims[claimant] = nil
        action.reply(claimant, .nothingFree)
    }

    /// Draws the conclusions from a failed attempt: a limit, a pause, or no further attempt at all.
    private mutating func attemptFailed(
        _ error: StorageError, started: Instant, heldByOthers: Int = 0, _ moment: PoolMoment,
        _ action: inout PoolAction
    ) {
        let error = reinterpreted(error, moment.now)
        expectation = nil
        let occupied = openCount + heldByOthers
        if error.code == .tooManyConnections, occupied > 0 {
            limit.refused(open: occupied, moment.now, probeInterval: configuration.limitProbeInterval)
            // What others hold may be attempts that fail as ours did, so there has to be a pause.
            if openCount == 0 { backOff.failed(error, started: started, moment, configuration) }
            return
        }
        if error.code == .loginFailed { action.command(.remember(.loginRefused(error))) }
        backOff.failed(error, started: started, stopFor: stopTime(error), moment, configuration)
        if !isConnected { failWaiters(error, &action) }
    }

    /// How long a permanent error stops all attempts; nil: until the pool is reset.
    private func stopTime(_ error: StorageError) -> Duration? {
        guard hasWorked else { return nil }
        return error.code == .loginFailed ? configuration.loginRetry : configuration.trustRetry
    }

    /// FTP servers answer 530 to a wrong password and to one session too many. With the account logged in now or a
    /// moment ago it is the latter.
    private func reinterpreted(_ error: StorageError, _ now: Instant) -> StorageError {
        guard error.code == .loginFailed, wasLoggedIn(now) else { return error }
        return StorageError(
            .tooManyConnections,
            "\(configuration.name) refused a login although the account was logged in a moment ago: it accepts no "
                + "further connection (lower max_connections), or the password was just changed",
            serverReply: error.serverReply)
    }

    /// Whether the credentials were good a moment ago.
    func wasLoggedIn(_ now: Instant) -> Bool {
        openCount > 0
            || [lastEstablished, recalledLogin].contains { $0.map { now - $0 < configuration.loginProof } ?? false }
    }

    /// A connection that ends before it was of any use counts as a failed attempt, so that a server that drops us
    /// right after the login is not asked without pause.
    mutating func endedEarly(_ index: Int, _ error: StorageError?, _ moment: PoolMoment) {
        guard let open = connections[index].open, !open.isProven else { return }
        guard moment.now - open.established < .seconds(5) else { return }
        let error = error ?? StorageError(.connectionLost, "\(configuration.name) ended the connection after the login")
        guard error.isTransient || error.code == .protocolViolation else { return }
        backOff.failed(error, started: open.established, moment, configuration)
    }

    /// A lease on the connection ended well.
    mutating func proved(_ index: Int) {
        guard let open = connections[index].open, !open.isProven else { return }
        updateOpen(index) { $0.isProven = true }
        if backOff.until == nil { backOff.reset() }
    }
}
