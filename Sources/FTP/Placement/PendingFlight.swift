import FileModel
import NIOCore

/// A flight that was sent; its replies come in their turn, whatever else the session does.
public final class PendingFlight: Sendable {
    fileprivate let flight: Flight
    fileprivate let inbox: NIOLoopBound<ReplyInbox>

    /// To be made on the loop of the session.
    init(_ flight: Flight, sentBy sender: FlightSender, on loop: any EventLoop) {
        self.flight = flight
        inbox = NIOLoopBound(sender.inbox, eventLoop: loop)
    }
}

extension FTPConnection {
    func replies(to pending: PendingFlight) async throws(StorageError) -> [Flight.Purpose: Reply] {
        pending.flight.assigned(try await next(pending.flight.commands.count, pending.inbox.value))
    }
}
