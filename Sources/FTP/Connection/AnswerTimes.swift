/// How fast a server answers: the shortest time from a command that waits for no other one to its reply.
///
/// Servers think for a while about some commands, so the shortest comes closest to the round trip.
struct AnswerTimes {
    private(set) var shortest: Duration?
    private var open: (ticket: CommandQueue.Ticket, since: ContinuousClock.Instant)?

    mutating func asked(_ ticket: CommandQueue.Ticket) { open = (ticket, .now) }

    mutating func answered(_ ticket: CommandQueue.Ticket) {
        guard let asked = open, asked.ticket == ticket else { return }
        open = nil
        let time = ContinuousClock.now - asked.since
        shortest = shortest.map { min($0, time) } ?? time
    }
}
