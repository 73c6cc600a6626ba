/// The short way of nearly all leases of a pool with room to spare: nobody else is concerned, so nothing follows.
extension PoolStateMachine {
    /// Grants a stream that is free.
    ///
    /// - Returns: nil, with nothing changed, where the request has to go the long way.
    mutating func leasedAtOnce(
        _ id: LeaseID, _ priority: LeasePriority, _ direction: TransferDirection?, _ now: Instant
    ) -> ConnectionID? {
        guard isQuiet, priority == .metadata || longRoom > 0, let index = place(for: direction, apartFrom: []),
            let open = connections[index].open, !isSilent(open, now), !isDue(open, now)
        else { return nil }
        book(id, Claim(priority: priority, direction: direction), index, now)
        return connections[index].id
    }

    /// Takes back a lease that ended well.
    ///
    /// - Returns: false, with nothing changed, where its end has to go the long way.
    mutating func releasedAtOnce(_ id: LeaseID, _ now: Instant) -> Bool {
        guard isQuiet, let lease = leases[id], let index = index(of: lease.connection),
            let open = connections[index].open, open.isProven, !open.isYielding
        else { return false }
        unbook(id, now)
        return true
    }

    /// Nobody waits, here or in another program.
    private var isQuiet: Bool { !isShutDown && waiters.isEmpty && demand.wanted == 0 }
}
