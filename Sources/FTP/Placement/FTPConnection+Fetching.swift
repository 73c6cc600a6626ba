public import FileModel
public import NIOCore
import Transport

extension FTPConnection {
    /// Reads a small file as a whole, and asks for its attributes and the next data connection in one flight.
    ///
    /// The flight leaves at the end of the data and does not wait for the 226: a server that has closed the data
    /// connection is out of the transfer and takes its next commands (ProFTPD holds the 226 back until it has seen our
    /// end close as well, which is a round trip).
    /// - Parameter size: as a listing told it; at most one byte more is returned.
    /// - Returns: no attributes where the server tells them only in a listing.
    public func fetch(
        _ path: RemotePath, size: Int64
    ) async throws(StorageError) -> (content: ByteBuffer, attributes: FileAttributes?) {
        try await operation { () async throws(StorageError) in
            memory[\.handledWholeFile] = .now
            var flight = Flight()
            try addLook(at: path, to: &flight)
            flight.add(.nextData, passiveCommand)
            let sender = sender(of: flight.commands)
            let content = try await content(of: path, limit: Int(size) + 1, atEnd: sender)
            let replies = flight.assigned(try await answers(to: sender))
            takeNextData(replies[.nextData])
            return (content, try await seen(path, replies))
        }
    }

    private func content(
        of path: RemotePath, limit: Int, atEnd sender: FlightSender
    ) async throws(StorageError) -> ByteBuffer {
        var request = TransferRequest(direction: .download, command: try .retrieve(path))
        request.expectedBytes = limit
        request.atEndOfData = { sender.send() }
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

    /// - Returns: nil where the server does not tell, or may not.
    func seen(
        _ path: RemotePath, _ replies: [Flight.Purpose: Reply]
    ) async throws(StorageError) -> FileAttributes? {
        if let reply = replies[.factsOfFile] {
            guard reply.isCompletion else { return nil }
            return try await attributes(reply, path)
        }
        guard let size = replies[.sizeOfFile].flatMap(Self.size) else { return nil }
        return FileAttributes(type: .regular, size: size, modified: replies[.timeOfFile].flatMap(moment))
    }
}
