extension PoolStateMachine {
    var snapshot: PoolSnapshot {
        PoolSnapshot(
            name: configuration.name, maximumConnections: configuration.maximumConnections, learnedLimit: limit.maximum,
            limitProbe: limit.nextProbe,
            open: connections.count { $0.open != nil },
            idle: connections.count { $0.open?.leases == 0 },
            connecting: connections.count(where: \.isConnecting),
            waitingForSlot: connections.count(where: \.isWaitingForSlot),
            closing: connections.count(where: \.isClosing),
            leases: leases.count, downloadStreams: carriers(of: .download), uploadStreams: carriers(of: .upload),
            waiters: waiters.count, lastError: backOff.lastError, backOffUntil: backOff.until,
            isStopped: backOff.isStopped, stoppedUntil: backOff.stoppedUntil)
    }
}
