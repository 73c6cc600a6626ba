/// The time between two transfers of a session: renames of small files wait for it, since ProFTPD denies them while data
/// moves.
///
/// Belongs to the connection's event loop.
final class TransferGap {
    private var isOpen = true
    private var waiting: [FlightSender] = []
    /// Files whose rename is still to be sent.
    private var expected = 0
    var expectsRenames: Bool { expected > 0 }
    private var waiters: [() -> Void] = []

    /// A transfer is under way.
    func close() { isOpen = false }

    /// The transfer is over, or about to be for all that is known.
    func open() {
        isOpen = true
        let flights = waiting
        waiting = []
        for flight in flights { flight.send() }
    }

    func send(_ flight: FlightSender) {
        if isOpen { flight.send() } else { waiting.append(flight) }
    }

    /// A rename will follow, or `nothingFollows`.
    func expectRename() { expected += 1 }

    func nothingFollows() {
        expected -= 1
        guard expected == 0 else { return }
        let served = waiters
        waiters = []
        for waiter in served { waiter() }
    }

    /// Calls `body` when no rename is expected: a long transfer would keep it back.
    func whenNothingIsExpected(_ body: @escaping () -> Void) {
        if expected == 0 { body() } else { waiters.append(body) }
    }
}

@available(*, unavailable)
extension TransferGap: Sendable {}
