import FileModel

/// Whether bytes that arrive now may be read as replies.
///
/// AUTH and CCC change the protection of the line in mid-stream. Whoever sits in between may put bytes behind the reply,
/// to be taken for protected ones later (CVE-2011-0411), so a byte between the reply and the change ends the connection.
struct ReadingGate {
    /// A change of protection.
    enum Change: Hashable {
        /// TLS from the first byte.
        case implicit
        /// AUTH: from clear text to TLS.
        case authentication
        /// CCC: from TLS to clear text.
        case clearing

        init?(_ command: Command) {
            switch command.verb {
            case "AUTH": self = .authentication
            case "CCC": self = .clearing
            default: return nil
            }
        }
    }

    private enum State: Hashable {
        case open
        /// Closes with a reply to this command that agrees to the change.
        case closesAfter(CommandQueue.Ticket, Change)
        case closed(Change)
    }

    private var state: State

    /// - Parameter isImplicit: nothing may be read before TLS.
    init(isImplicit: Bool) { state = isImplicit ? .closed(.implicit) : .open }

    var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    mutating func sent(_ command: Command, _ ticket: CommandQueue.Ticket) {
        if let change = Change(command) { state = .closesAfter(ticket, change) }
    }

    /// The last reply to a command has come.
    mutating func replied(to asked: CommandQueue.Ticket, _ reply: Reply) {
        guard case .closesAfter(let ticket, let change) = state, ticket == asked else { return }
        state = reply.isFailure ? .open : .closed(change)
    }

    /// From now on bytes come in their new protection.
    mutating func changed() { state = .open }

    /// What it means that bytes came while the gate was closed; nil while it is open.
    var violation: StorageError? {
        guard case .closed(let change) = state else { return nil }
        switch change {
        case .implicit:
            return StorageError(
                .tlsFailed,
                "no TLS handshake: the server speaks in clear on this port; check the port and the TLS mode (ftpes:// is "
                    + "for explicit TLS, usually on port 21)")
        case .authentication:
            return StorageError(
                .protocolViolation,
                "bytes arrived in clear between the answer to AUTH and TLS: somebody in between wants them to be taken for "
                    + "protected ones, which is an attack; the connection was ended before the login")
        case .clearing:
            return StorageError(
                .protocolViolation,
                "the server sent more between its answer to CCC and the end of TLS: that is an attack or a broken server; "
                    + "the connection was ended")
        }
    }
}
