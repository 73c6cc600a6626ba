public import FileModel
import NIOCore

/// Small files in few round trips: three each where a session stores one after another.
///
/// One for the data (STOR goes out while the data connection is being made), one for time, mode, proof and the next
/// data connection's address, and one for the rename, which the next file's STOR follows without a pause.
extension FTPConnection {
    /// Whether files can be placed and fetched whole here: commands may go ahead of replies, data connections are made by
    /// us, a file has the size that was sent, one command tells whether a name is taken, and the server is known to
    /// stand all that.
    public var handlesWholeFiles: Bool {
        settings.mayAskForDataAhead && (listingMode == .machine || features.has("SIZE"))
            && facts.software.servesWholeFiles
    }

    /// Writes a small file under its temporary name, looks at it, and sends the rename.
    ///
    /// - Throws: `.corrupted` when the server tells another size; `.notFound` when the folder does not exist.
    public func place(_ placement: FTPPlacement) async throws(StorageError) -> PlacedFile {
        try checkCreatable(placement.temporary)
        try checkCreatable(placement.target)
        return try await operation { () async throws(StorageError) in
            if let lead = lead(.upload), provesTimes {
                let next = sender(of: [passiveCommand])
                try await store(placement, early: (next, lead))
                if try await takeNextData(askedBy: next) { return .finishing(try await beginFinishing(placement)) }
            } else {
                try await store(placement)
            }
            let (attributes, isTaken) = try await finishStored(placement)
            try checkSize(attributes, placement)
            return isTaken ? .nameTaken : .renaming(try sendRename(placement), attributes)
        }
    }

    func checkSize(_ attributes: FileAttributes?, _ placement: FTPPlacement) throws(StorageError) {
        let expected = placement.content.readableBytes
        guard let attributes, attributes.size != Int64(expected) else { return }
        throw StorageError(
            .corrupted, "\(placement.target) arrived with \(attributes.size) bytes instead of \(expected)")
    }

    // MARK: - The data

    private func store(
        _ placement: FTPPlacement, early: (sender: FlightSender, lead: FollowingLead)? = nil
    ) async throws(StorageError) {
        let path = placement.temporary
        let action = "write \(path)"
        let meaning = RefusalMeaning { () async throws(StorageError) in try await self.refusalToCreate(path) }
        var request = TransferRequest(direction: .upload, command: try .store(path), isEager: true)
        request.expectedBytes = placement.content.readableBytes
        request.early = early
        try await withPreparedData { () async throws(StorageError) in
            let transfer = try await startPatiently(request, about: path, action, meaning: meaning)
            let bound = NIOLoopBound(transfer, eventLoop: loop)
            do throws(StorageError) {
                try await finish(bound, with: placement.content, path: path)
            } catch {
                guard let refusal = transfer.refusal else { throw error }
                throw try await explain(refusal, action, path, meaning)
            }
        }
    }

    // MARK: - Time, mode, proof

    private func finishStored(
        _ placement: FTPPlacement
    ) async throws(StorageError) -> (attributes: FileAttributes?, isTaken: Bool) {
        var flight = try await flight(behind: placement)
        flight.add(.nextData, passiveCommand)
        var replies = flight.assigned(try await exchange(flight.commands))
        takeNextData(replies[.nextData])
        try await finishAgain(&replies, placement.temporary, placement.modified, placement.permissions)
        let attributes = try await seen(placement.temporary, replies)
        if placement.replaces { return (attributes, false) }
        return (attributes, try await isTaken(placement.target, replies))
    }

    func flight(behind placement: FTPPlacement) async throws(StorageError) -> Flight {
        var flight = try await finishingFlight(placement.temporary, placement.modified, placement.permissions)
        if !placement.replaces { try addTargetCheck(placement.target, to: &flight) }
        return flight
    }

    /// What follows the confirmation of an upload: its time, its mode, and a look at it.
    func finishingFlight(
        _ path: RemotePath, _ modified: Timestamp?, _ permissions: UInt16?
    ) async throws(StorageError) -> Flight {
        var flight = Flight()
        if let modified, let permissions, let command = try timeAndModeCommand(modified, permissions, path) {
            flight.add(.timeAndMode, command)
        } else {
            try await addTime(modified, of: path, to: &flight)
            if let permissions { flight.add(.mode, try await modeCommand(permissions, path)) }
        }
        try addLook(at: path, to: &flight)
        return flight
    }

    /// Where time and mode were refused as one command, each has its own, so that one may come about without the other;
    /// where a way to set times did not prove itself, the others are tried.
    func finishAgain(
        _ replies: inout [Flight.Purpose: Reply], _ path: RemotePath, _ modified: Timestamp?, _ permissions: UInt16?
    ) async throws(StorageError) {
        if let modified, replies[.triedTime] != nil, try await !provesTime(modified, of: path, replies) {
            try await setTimeIfPossible(modified, of: path)
            var flight = Flight()
            try addLook(at: path, to: &flight)
            replies.merge(flight.assigned(try await exchange(flight.commands))) { _, last in last }
        }
        guard let refusal = replies[.timeAndMode], !refusal.isCompletion else { return }
        memory[\.refusesTimeWithMode] = true
        let flight = try await finishingFlight(path, modified, permissions)
        replies.merge(flight.assigned(try await exchange(flight.commands))) { _, last in last }
    }

    /// While no setter is proven, the best one is tried in the flight, or all are tried step by step.
    private func addTime(
        _ modified: Timestamp?, of path: RemotePath, to flight: inout Flight
    ) async throws(StorageError) {
        guard let modified else { return }
        if let command = try provenTimeCommand(modified, path) { return flight.add(.time, command) }
        guard let command = try likelyTimeCommand(modified, path) else {
            return try await setTimeIfPossible(modified, of: path)
        }
        if memory.awaitsClock { flight.add(.ownTime, try .modificationTime(path)) }
        flight.add(.triedTime, command)
    }

    /// What the server cannot set is left out.
    private func setTimeIfPossible(_ modified: Timestamp, of path: RemotePath) async throws(StorageError) {
        do throws(StorageError) {
            try await setTime(modified, of: path)
        } catch  where error.code == .unsupported {
        }
    }

    private func addTargetCheck(_ target: RemotePath, to flight: inout Flight) throws(StorageError) {
        if listingMode == .machine { return flight.add(.factsOfTarget, try .facts(target)) }
        workingDirectory = nil
        flight.add(.entryOfTarget, try .changeDirectory(target))
        flight.add(.sizeOfTarget, try .size(target))
    }

    /// Neither a directory nor a file answers: with the listing that the caller has seen, the name is free.
    private func isTaken(_ target: RemotePath, _ replies: [Flight.Purpose: Reply]) async throws(StorageError) -> Bool {
        if let reply = replies[.factsOfTarget] {
            if reply.isCompletion { return true }
            // Its neighbour was seen in the same flight: the folder hides nothing.
            if reply.code == 550, replies[.factsOfFile]?.isCompletion == true { return false }
            let error = try await explain(reply, "look at \(target)", target)
            guard error.code == .notFound else { throw error }
            return false
        }
        return isTakenByName(replies)
    }

    /// What CWD and SIZE say of the target's name; a directory that CWD has entered is left.
    func isTakenByName(_ replies: [Flight.Purpose: Reply]) -> Bool {
        guard replies[.entryOfTarget]?.isCompletion == true else {
            return replies[.sizeOfTarget]?.isCompletion == true
        }
        returnHome()
        return true
    }
}
