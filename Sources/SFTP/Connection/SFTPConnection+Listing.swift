public import FileModel

extension SFTPConnection {
    /// READDIRs in flight on one folder: the first flight and the most. OpenSSH answers each with 100 names.
    private static let firstFlight = 4
    private static let largestFlight = 128

    /// Lists a folder, `.` and `..` included, in the server's order.
    ///
    /// READDIRs are sent in flights that double, so that a long folder costs few round trips. Returns after the last
    /// name only if the server said that it was the last.
    /// - Parameter receive: gets the names of one flight at a time; the next one is on its way only afterwards.
    public func list(
        _ path: SFTPPath, receive: ([SFTPName]) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        let handle = try await session.perform(.opendir(path)).handle("open the folder \(path)")
        defer { closeLater(handle) }
        var budget = ListingBudget(limit: listingLimit)
        var flight = Self.firstFlight
        while true {
            let answers = await session.perform(Array(repeating: .readdir(handle), count: flight))
            let (names, isComplete) = try Self.collect(answers, path)
            for name in names { try budget.spend(name.bytes) }
            // Answers without names could go on for ever as well.
            for case .success(.names(let names)) in answers where names.isEmpty { try budget.spend([]) }
            if !names.isEmpty { try await receive(names) }
            if isComplete { return }
            flight = min(flight * 2, Self.largestFlight)
        }
    }

    private static func collect(
        _ answers: SFTPFlight.Answers, _ path: SFTPPath
    ) throws(StorageError) -> (names: [SFTPName], isComplete: Bool) {
        var names: [SFTPName] = []
        var isComplete = false
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
        return (names, isComplete)
    }
}
