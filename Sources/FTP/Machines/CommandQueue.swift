import FileModel

/// Which command a reply belongs to: servers answer in order, so commands may be sent ahead of the replies.
struct CommandQueue {
    typealias Ticket = Int

    enum Action: Equatable {
        /// A reply to the command; `isFinal` when no other follows.
        case deliver(Ticket, Reply, isFinal: Bool)
        /// The server ends the session; all outstanding commands fail with this.
        case end(StorageError)
    }

    private struct Outstanding {
        let ticket: Ticket
        let isTransfer: Bool
        var preliminaryReplies = 0
        /// The command's transfer was broken off by us: Pure-FTPd ends one with a second 1yz reply.
        var isBrokenOff = false
    }

    private var outstanding: [Outstanding] = []
    private var lastTicket = 0
    private var isEnded = false

    /// More preliminary replies than any server has reason to send.
    private static let mostPreliminaryReplies = 100

    /// The command whose reply comes next.
    var front: Ticket? { outstanding.first?.ticket }
    var isEmpty: Bool { outstanding.isEmpty }

    mutating func sent(isTransfer: Bool = false) -> Ticket {
        lastTicket += 1
        outstanding.append(Outstanding(ticket: lastTicket, isTransfer: isTransfer))
        return lastTicket
    }

    /// From now on a second preliminary reply ends the command as well.
    mutating func brokenOff(_ ticket: Ticket) {
        guard let index = outstanding.firstIndex(where: { $0.ticket == ticket }) else { return }
        outstanding[index].isBrokenOff = true
    }

    mutating func replyReceived(_ reply: Reply) -> Action {
        guard !isEnded else { return .end(.cancelled) }
        guard !outstanding.isEmpty else { return unasked(reply) }
        if reply.isDenialInTransfer, outstanding.count > 1, outstanding[0].isTransfer {
            return .deliver(outstanding.remove(at: 1).ticket, reply, isFinal: true)
        }
        if reply.isPreliminary && !(outstanding[0].isBrokenOff && outstanding[0].preliminaryReplies > 0) {
            outstanding[0].preliminaryReplies += 1
            guard outstanding[0].preliminaryReplies <= Self.mostPreliminaryReplies else {
                return end(StorageError(.protocolViolation, "the server sends preliminary replies without end"))
            }
            return .deliver(outstanding[0].ticket, reply, isFinal: false)
        }
        return .deliver(outstanding.removeFirst().ticket, reply, isFinal: true)
    }

    /// A 421 may come at any time (RFC 959 §5.4); anything else unasked means that replies and commands are out of step.
    private mutating func unasked(_ reply: Reply) -> Action {
        if reply.code == 421 || reply.isFailure {
            return end(
                StorageError(.connectionLost, "the server ended the session: \(reply)", serverReply: "\(reply)"))
        }
        return end(
            StorageError(
                .protocolViolation, "the server sent a reply nobody asked for: \(reply)", serverReply: "\(reply)"))
    }

    private mutating func end(_ error: StorageError) -> Action {
        isEnded = true
        return .end(error)
    }

    /// The session is over; returns the commands that will never be answered.
    mutating func ended() -> [Ticket] {
        isEnded = true
        defer { outstanding = [] }
        return outstanding.map(\.ticket)
    }
}
