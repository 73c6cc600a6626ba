public import FileModel

extension SFTPConnection {
    /// READDIRs in flight on one folder: the first flight and the most. OpenSSH answers each with 100 names.
    private static let firstFlight = 4
    private static let largestFlight = 128
    /// Below it a second flight on the way would only keep processors busy that the server may share with us.
    private static let longWay: Duration = .milliseconds(3)

    /// Lists a folder, `.` and `..` included, in the server's order.
    ///
    /// READDIRs are sent in flights that double, so that a long folder costs few round trips. On a long way two of them
    /// are under way from the second on, so that line and server have something to do while one is received. Returns after
    /// the last name only if the server said that it was the last.
    /// - Parameter receive: gets the names of one flight at a time; a further one is on its way only afterwards.
    public func list(
        _ path: SFTPPath, receive: ([SFTPName]) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        try await list(path, flightsAtOnce: roundTrip < Self.longWay ? 1 : 2, receive: receive)
    }

    /// A folder in which not even `.` was named is looked at once more: OpenSSH's server leaves out what it cannot look at
    /// under the path of the OPENDIR, which is everything when the folder got another place meanwhile.
    func list(
        _ path: SFTPPath, flightsAtOnce: Int, receive: ([SFTPName]) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        if try await listOnce(path, flightsAtOnce, receive) { return }
        _ = try await listOnce(path, flightsAtOnce, receive)
    }

    /// - Returns: whether there was any name.
    private func listOnce(
        _ path: SFTPPath, _ flightsAtOnce: Int, _ receive: ([SFTPName]) async throws(StorageError) -> Void
    ) async throws(StorageError) -> Bool {
        let handle = try await session.perform(.opendir(path)).handle("open the folder \(path)")
        var (length, flights) = (Self.firstFlight, [send(.readdir(handle), Self.firstFlight)])
        defer {
            for flight in flights { flight.cancel() }
            closeLater(handle)
        }
        var budget = ListingBudget(limit: listingLimit)
        var (isComplete, hasNames) = (false, false)
        while let flight = flights.first {
            let answers = await flight.answers()
            flights.removeFirst()
            let names = try Self.collect(answers, path, &isComplete)
            for name in names { try budget.spend(name.bytes) }
            // Answers without names could go on for ever as well.
            for case .success(.names(let names)) in answers where names.isEmpty { try budget.spend([]) }
            if !names.isEmpty {
                hasNames = true
                try await receive(names)
            }
            while !isComplete, flights.count < flightsAtOnce {
                length = min(length * 2, Self.largestFlight)
                flights.append(send(.readdir(handle), length))
            }
        }
        return hasNames
    }

    private func send(_ request: SFTPRequest, _ count: Int) -> SentFlight {
        session.send(Array(repeating: request, count: count))
    }

    private static func collect(
        _ answers: SFTPFlight.Answers, _ path: SFTPPath, _ isComplete: inout Bool
    ) throws(StorageError) -> [SFTPName] {
        var names: [SFTPName] = []
        for answer in answers {
            let reply = try answer.get()
            if case .names(let more) = reply {
                names += more
            } else if reply.isEndOfFile {
                isComplete = true
            } else if !isComplete {
                // After the end some servers call the folder's handle invalid.
                try reply.ok("list \(path)")
                throw .violation("it listed \(path) with an answer of the wrong kind")
            }
        }
        return names
    }
}
