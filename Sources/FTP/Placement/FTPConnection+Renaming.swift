public import FileModel
import NIOCore

/// The last steps of a small file, while its session already serves the next one.
extension FTPConnection {
    /// Sends what follows the data; nobody waits for its replies here.
    func beginFinishing(_ placement: FTPPlacement) async throws(StorageError) -> FTPFinishing {
        let flight = try await flight(behind: placement)
        let sender = sender(of: flight.commands)
        sender.send()
        gap.expectRename()
        return FTPFinishing(placement: placement, answers: PendingFlight(flight, sentBy: sender, on: loop))
    }

    /// Looks at what the server says of a stored file, and sends the rename between two transfers.
    ///
    /// - Returns: nil where that takes more questions.
    /// - Throws: `.corrupted` when the server tells another size.
    public func finish(_ finishing: FTPFinishing) async throws(StorageError) -> PlacedFile? {
        defer { gap.nothingFollows() }
        let replies = try await replies(to: finishing.answers)
        if replies[.timeAndMode]?.isFailure == true { return nil }
        guard let attributes = try plainlySeen(replies) else { return nil }
        try checkSize(attributes, finishing.placement)
        if !finishing.placement.replaces {
            guard let isTaken = isPlainlyTaken(replies) else { return nil }
            if isTaken { return .nameTaken }
        }
        return .renaming(try sendRename(finishing.placement), attributes)
    }

    private func isPlainlyTaken(_ replies: [Flight.Purpose: Reply]) -> Bool? {
        guard let reply = replies[.factsOfTarget] else { return isTakenByName(replies) }
        if reply.isCompletion { return true }
        return reply.code == 550 ? false : nil
    }

    func sendRename(_ placement: FTPPlacement) throws(StorageError) -> FTPRename {
        let commands = [try Command.renameFrom(placement.temporary), try .renameTo(placement.target)]
        let sender = sender(of: commands)
        gap.send(sender)
        return FTPRename(self, NIOLoopBound(sender.inbox, eventLoop: loop), commands, to: placement.target)
    }

    /// Waits for the server's word on a rename of this session.
    ///
    /// - Throws: what it refused the rename with. After `.connectionLost` it may have happened.
    public func verdict(on rename: FTPRename) async throws(StorageError) {
        var replies = try await next(2, rename.inbox.value)
        for _ in 1...20 where replies[0].isDenialInTransfer {
            let again = sender(of: rename.commands)
            gap.send(again)
            replies = try await next(2, again.inbox)
        }
        guard let refusal = replies.first(where: \.isFailure) else { return }
        throw ReplyMapping.error(refusal, action: "rename a new file to \(rename.target)", path: rename.target)
    }
}
