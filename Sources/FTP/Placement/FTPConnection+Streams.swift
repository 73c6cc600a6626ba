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
    ///
    /// Where SIZE is known to say of a missing file that it is missing, it is asked alone, and the rest only if it says
    /// anything else.
    public func isFree(_ path: RemotePath) async throws(StorageError) -> Bool {
        try await operation { () async throws(StorageError) in
            if memory[\.sizeTellsMissing] {
                var question = Flight()
                question.add(.sizeOfTarget, try .size(path))
                let reply = try await fly(question)[.sizeOfTarget]
                if let reply, reply.isCompletion || tellsMissing(reply, path) { return !reply.isCompletion }
            }
            return try await isFreeByAll(path)
        }
    }

    /// Asks in every way at once, and learns whether SIZE would have been enough.
    private func isFreeByAll(_ path: RemotePath) async throws(StorageError) -> Bool {
        var questions = Flight()
        if listingMode == .machine { questions.add(.factsOfTarget, try .facts(path)) }
        questions.add(.entryOfTarget, try .changeDirectory(path))
        questions.add(.sizeOfTarget, try .size(path))
        let home = workingDirectory
        workingDirectory = nil
        let replies = try await fly(questions)
        if replies[.entryOfTarget]?.isCompletion == true {
            returnHome()
            return false
        }
        workingDirectory = home
        if let reply = replies[.sizeOfTarget], tellsMissing(reply, path) { memory[\.sizeTellsMissing] = true }
        return try await isMissing(path, replies)
    }

    private func fly(_ questions: Flight) async throws(StorageError) -> [Flight.Purpose: Reply] {
        var flight = questions
        if prepared?.isFresh != true { flight.add(.nextData, passiveCommand) }
        let replies = flight.assigned(try await exchangeInBinary(flight.commands))
        if let reply = replies[.nextData] { takeNextData(reply) }
        return replies
    }

    private func tellsMissing(_ reply: Reply, _ path: RemotePath) -> Bool {
        reply.isFailure && !ReplyMapping.isVague(reply, about: path)
            && ReplyMapping.code(of: reply, path: path) == .notFound
    }

    private func isMissing(_ path: RemotePath, _ replies: [Flight.Purpose: Reply]) async throws(StorageError) -> Bool {
        let answers = [replies[.factsOfTarget], replies[.entryOfTarget], replies[.sizeOfTarget]].compactMap { $0 }
        if answers.contains(where: \.isCompletion) { return false }
        if answers.contains(where: { tellsMissing($0, path) }) { return true }
        do throws(StorageError) {
            _ = try await lookUp(path)
            return false
        } catch  where error.code == .notFound {
            return true
        }
    }
}
