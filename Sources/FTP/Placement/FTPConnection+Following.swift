import FileModel
import NIOCore

/// The next data connection, asked for before a transfer's end was told, so that both are answered together.
extension FTPConnection {
    /// Nearer servers answer before a timer would pay.
    private static let shortestRoundTrip = Duration.milliseconds(4)

    /// - Parameter mayCloseEarly: of a download, whoever asks has a proof that all of it came.
    /// - Returns: nil where nothing may go ahead of the end, or would be answered earlier for it.
    func lead(_ direction: TransferMachine.Direction, mayCloseEarly: Bool = false) -> FollowingLead? {
        guard facts.software.bearsCommandsInTransfer, settings.mayAskForDataAhead,
            let roundTrip = control.shortestAnswer.map(memory.roundTrip), roundTrip >= Self.shortestRoundTrip
        else { return nil }
        let margin = memory[\.following].margin(roundTrip)
        guard direction == .download else {
            return FollowingLead(roundTrip: roundTrip, margin: margin, closesEarly: false)
        }
        // Under TLS nothing may be closed before the server's close_notify, and it waits for ours.
        let awaitsOurEnd = facts.software.awaitsOurEndOfDownloads
        if facts.protectsData || (awaitsOurEnd && !mayCloseEarly) { return nil }
        return FollowingLead(roundTrip: roundTrip, margin: margin, closesEarly: awaitsOurEnd)
    }

    /// Takes the answer to a data connection that was asked for early.
    ///
    /// - Returns: false where it came too early, or is refused.
    func takeNextData(askedBy sender: FlightSender) async throws(StorageError) -> Bool {
        let reply = try await answers(to: sender)[0]
        memory[\.following].answered(isDenied: reply.isDenialInTransfer)
        takeNextData(reply)
        return prepared != nil
    }

    /// Waits for the renames of the small files before: a long transfer would keep them back, and the end of the session
    /// would leave the files under their temporary names.
    func awaitRenames(atMost limit: Duration? = nil) async throws(StorageError) {
        guard gap.expectsRenames else { return }
        try await callback { (body: @escaping @Sendable (Result<Void, StorageError>) -> Void) in
            gap.whenNothingIsExpected { body(.success(())) }
            if let limit { loop.scheduleTask(in: TimeAmount(limit)) { body(.success(())) } }
        }
    }
}
