public import FileModel
import NIOCore
import Transport

extension FTPConnection {
    /// Reads a small file as a whole, and asks for its attributes and the next data connection in one flight.
    ///
    /// The flight leaves at the end of the data and does not wait for the 226: a server that has closed the data
    /// connection is out of the transfer and takes its next commands (ProFTPD holds the 226 back until it has seen our
    /// end close as well, which is a round trip).
    ///
    /// On a line with a round trip the next data connection is asked for earlier (`FollowingLead`), and the session is free
    /// for the next file before the look at this one is answered.
    /// - Parameter size: as a listing told it; at most one byte more is returned.
    public func fetch(_ path: RemotePath, size: Int64) async throws(StorageError) -> FTPFetched {
        try await operation { () async throws(StorageError) in
            if let lead = lead(.download, mayCloseEarly: memory[\.keepsHalvesApart]),
                let fetched = try await fetch(path, Int(size) + 1, lead)
            {
                return fetched
            }
            var flight = Flight()
            try addLook(at: path, to: &flight)
            flight.add(.nextData, passiveCommand)
            let sender = sender(of: flight.commands)
            let content = try await content(of: path, limit: Int(size) + 1, atEnd: sender)
            let replies = flight.assigned(try await answers(to: sender))
            takeNextData(replies[.nextData])
            return FTPFetched(content: content, look: .attributes(try await seen(path, replies)))
        }
    }

    /// - Returns: nil where it is to be fetched with both halves open.
    private func fetch(
        _ path: RemotePath, _ limit: Int, _ lead: FollowingLead
    ) async throws(StorageError) -> FTPFetched? {
        var flight = Flight()
        try addLook(at: path, to: &flight)
        let (look, next) = (sender(of: flight.commands), sender(of: [passiveCommand]))
        do throws(StorageError) {
            let content = try await content(of: path, limit: limit, atEnd: look, early: (next, lead))
            look.send()
            _ = try await takeNextData(askedBy: next)
            let answer = PendingFlight(flight, sentBy: look, on: loop)
            return FTPFetched(content: content, look: .pending(answer), needsProof: lead.closesEarly)
        } catch {
            guard lead.closesEarly, [.connectionLost, .dataConnectionFailed, .failed].contains(error.code),
                !control.isEnded
            else { throw error }
            memory[\.keepsHalvesApart] = false
            return nil
        }
    }

    /// What the server says of a file that was fetched, while its session may serve others.
    ///
    /// - Returns: nil where that takes more than was asked.
    public func attributes(_ pending: PendingFlight) async throws(StorageError) -> FileAttributes? {
        try plainlySeen(try await replies(to: pending))
    }

    /// A file that was fetched with our half closed did not come whole: somebody in between takes the end of a half for the
    /// end of all.
    public func keepHalvesOpen() { memory[\.keepsHalvesApart] = false }

    private func content(
        of path: RemotePath, limit: Int, atEnd sender: FlightSender,
        early: (sender: FlightSender, lead: FollowingLead)? = nil
    ) async throws(StorageError) -> ByteBuffer {
        var request = TransferRequest(direction: .download, command: try .retrieve(path))
        request.expectedBytes = limit
        request.following = sender
        request.early = early
        var content = ByteBuffer()
        try await withPreparedData { () async throws(StorageError) in
            content = ByteBuffer()
            let transfer = try await startPatiently(request, about: path, "read \(path)")
            let bound = NIOLoopBound(transfer, eventLoop: loop)
            while content.readableBytes < limit, let bytes = try await read(bound, path: path) {
                if content.readableBytes == 0 { content = bytes } else { content.writeImmutableBuffer(bytes) }
            }
            // More than was told: what is left of it is of no use to anybody.
            if content.readableBytes >= limit { transfer.breakOff(.cancelled) }
        }
        return content.getSlice(at: 0, length: min(limit, content.readableBytes)) ?? content
    }

    // MARK: - Looking at a file

    /// What the server tells of a file in one round trip; nil where that takes a listing, or is refused.
    public func look(at path: RemotePath) async throws(StorageError) -> FileAttributes? {
        var flight = Flight()
        try addLook(at: path, to: &flight)
        guard !flight.commands.isEmpty else { return nil }
        return try await operation { () async throws(StorageError) in
            try await seen(path, flight.assigned(try await exchange(flight.commands)))
        }
    }

    /// MLST, or SIZE and MDTM where the server has them.
    func addLook(at path: RemotePath, to flight: inout Flight) throws(StorageError) {
        if listingMode == .machine { return flight.add(.factsOfFile, try .facts(path)) }
        if features.has("SIZE") { flight.add(.sizeOfFile, try .size(path)) }
        if features.has("MDTM") { flight.add(.timeOfFile, try .modificationTime(path)) }
    }

    /// What the replies say without further questions; nil where that is not all.
    func plainlySeen(_ replies: [Flight.Purpose: Reply]) throws(StorageError) -> FileAttributes? {
        guard let reply = replies[.factsOfFile] else {
            guard let size = replies[.sizeOfFile].flatMap(Self.size) else { return nil }
            return FileAttributes(type: .regular, size: size, modified: replies[.timeOfFile].flatMap(moment))
        }
        guard reply.isCompletion else { return nil }
        let found = try MachineListing.parse(reply)
        let mayBeLink = facts.software.resolvesLinkTypesInMLST && found.mode == 0o777
        return mayBeLink ? nil : found.attributes
    }

    /// - Returns: nil where the server does not tell, or may not.
    func seen(
        _ path: RemotePath, _ replies: [Flight.Purpose: Reply]
    ) async throws(StorageError) -> FileAttributes? {
        if let plain = try plainlySeen(replies) { return plain }
        guard let reply = replies[.factsOfFile], reply.isCompletion else { return nil }
        return try await attributes(reply, path)
    }
}
