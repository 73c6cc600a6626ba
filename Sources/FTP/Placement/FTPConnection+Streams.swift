public import FileModel

/// What belongs to an upload beside its bytes, each in one round trip; where `handlesWholeFiles`.
extension FTPConnection {
    /// Whether data connections to this server are known to come about, so that a command may go ahead of one.
    var knowsDataConnections: Bool {
        handlesWholeFiles && memory[\.reachesDataPorts]
    }

    /// Sets time and mode of a file that the server has confirmed, looks at it, and asks for the next data connection.
    ///
    /// What the server cannot set is left out.
    /// - Returns: nil where the server does not tell, or may not.
    /// - Throws: why it refused to set what it can.
    public func complete(
        _ path: RemotePath, modified: Timestamp?, permissions: UInt16?
    ) async throws(StorageError) -> FileAttributes? {
        try await operation { () async throws(StorageError) in
            var flight = try await finishingFlight(path, modified, permissions)
            flight.add(.nextData, passiveCommand)
            var replies = flight.assigned(try await exchange(flight.commands))
            takeNextData(replies[.nextData])
            try await finishAgain(&replies, path, modified, permissions)
            try await check(replies[.time], "set the time of \(path)", path)
            try await check(replies[.mode], "change the mode of \(path)", path)
            return try await seen(path, replies)
        }
    }

    private func check(_ reply: Reply?, _ action: String, _ path: RemotePath) async throws(StorageError) {
        guard let reply, reply.isFailure else { return }
        let error = try await explain(
            reply, action, path, RefusalMeaning(file: .unsupported, directory: .unsupported))
        if error.code != .unsupported { throw error }
    }

    /// Whether nothing has a name; asks for the next data connection on the way.
    public func isFree(_ path: RemotePath) async throws(StorageError) -> Bool {
        try await operation { () async throws(StorageError) in
            let home = workingDirectory
            var flight = Flight()
            if listingMode == .machine { flight.add(.factsOfTarget, try .facts(path)) }
            flight.add(.entryOfTarget, try .changeDirectory(path))
            flight.add(.sizeOfTarget, try .size(path))
            if prepared?.isFresh != true { flight.add(.nextData, passiveCommand) }
            workingDirectory = nil
            let replies = flight.assigned(try await exchangeInBinary(flight.commands))
            if let reply = replies[.nextData] { takeNextData(reply) }
            if replies[.entryOfTarget]?.isCompletion == true {
                returnHome()
                return false
            }
            workingDirectory = home
            return try await isMissing(path, replies)
        }
    }

    private func isMissing(_ path: RemotePath, _ replies: [Flight.Purpose: Reply]) async throws(StorageError) -> Bool {
        let answers = [replies[.factsOfTarget], replies[.entryOfTarget], replies[.sizeOfTarget]].compactMap { $0 }
        if answers.contains(where: \.isCompletion) { return false }
        if answers.contains(where: {
            !ReplyMapping.isVague($0, about: path) && ReplyMapping.code(of: $0, path: path) == .notFound
        }) {
            return true
        }
        do throws(StorageError) {
            _ = try await lookUp(path)
            return false
        } catch  where error.code == .notFound {
            return true
        }
    }
}
