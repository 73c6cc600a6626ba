public import FileModel
import NIOCore

/// Takes the entries of a listing as they arrive.
public typealias EntryReceiver = @Sendable ([DirectoryEntry]) async throws(StorageError) -> Void

extension FTPConnection {
    /// How directories are listed here.
    public var listingMode: ListingMode {
        settings.listing ?? (memory[\.withoutMachineListings] ? .human : .machine)
    }

    /// How listings tell times here.
    public var listingTime: (source: TimeSource, resolution: TimeResolution) {
        listingMode == .machine ? (.mlsd, .second) : (.list, settings.times.pattern?.resolution ?? .minute)
    }

    /// Lists a directory in batches, without `.` and `..`.
    ///
    /// The session goes there (CWD) and lists without a path; a `226` after no lines therefore means an empty directory
    /// and not a missing one.
    /// - Throws: `.notFound`, `.notDirectory`, `.permissionDenied`; `.failed` when the server shows only a part.
    public func list(_ path: RemotePath, receive: EntryReceiver) async throws(StorageError) {
        try await operation { () async throws(StorageError) in try await listDirectory(path, receive) }
    }

    /// `list`, from inside another operation.
    func listDirectory(_ path: RemotePath, _ receive: EntryReceiver) async throws(StorageError) {
        defer { returnHome() }
        if listingMode == .machine {
            guard try await listFacts(path, receive) == .unknownCommand else { return }
            memory[\.withoutMachineListings] = true
        }
        try await listForPeople(path, receive)
    }

    enum ListingOutcome { case complete, unknownCommand }

    private func listFacts(_ path: RemotePath, _ receive: EntryReceiver) async throws(StorageError) -> ListingOutcome {
        var reader = listingReader(.machine, zone: .utc)
        do throws(StorageError) {
            try await readListing(path, .listFacts, &reader, receive)
            return .complete
        } catch  where error.code == .unsupported && settings.listing == nil {
            return .unknownCommand
        }
    }

    /// Runs one listing command in the directory and feeds its lines to `receive`.
    ///
    /// - Returns: the reply that ended it.
    @discardableResult
    func readListing(
        _ path: RemotePath, _ command: Command, _ reader: inout ListingReader, _ receive: EntryReceiver
    ) async throws(StorageError) -> Reply {
        let sender = sender(of: handlesWholeFiles ? [passiveCommand] : [])
        let transfer = try await startListing(path, command, atEnd: sender)
        let bound = NIOLoopBound(transfer, eventLoop: loop)
        do throws(StorageError) {
            while let bytes = try await read(bound, path: path) {
                let entries = try reader.read(bytes)
                if !entries.isEmpty { try await receive(entries) }
            }
            let last = try reader.finish()
            if !last.isEmpty { try await receive(last) }
        } catch {
            transfer.breakOff(error)
            throw error
        }
        if sender.wasSent, let reply = try? await answers(to: sender).first { takeNextData(reply) }
        guard case .success(let reply)? = transfer.result else {
            throw StorageError(.failed, "the listing of \(path) has no end")
        }
        try checkCompleteness(reply, path)
        return reply
    }

    private func startListing(
        _ path: RemotePath, _ command: Command, atEnd sender: FlightSender
    ) async throws(StorageError) -> DataTransfer {
        var request = TransferRequest(direction: .download, command: command, directory: path)
        request.expectedBytes = 64 * 1024
        if let lead = lead(.download) { request.early = (sender, lead) } else { request.following = sender }
        return try await startPatiently(
            request, about: path, "list \(path)",
            meaning: RefusalMeaning(file: .notDirectory, directory: .permissionDenied))
    }

    /// vsftpd and Pure-FTPd end the listing of an unreadable directory with 226, and Pure-FTPd's stops at 10,000 names.
    private func checkCompleteness(_ reply: Reply, _ path: RemotePath) throws(StorageError) {
        let words = reply.text.lowercased()
        if words.contains("failed to open directory") || words.contains("unable to read") {
            throw StorageError(.permissionDenied, "the server cannot read \(path): \(reply)", serverReply: "\(reply)")
        }
        if words.contains("truncated") {
            throw StorageError(
                .failed, "the server lists only a part of \(path) (\(reply)): raise its limit", serverReply: "\(reply)")
        }
    }

    /// Leaves the directory: some servers do not let go of one that a session stands in. Nobody waits for it.
    func returnHome() {
        let home = facts.loginDirectory ?? .root
        guard workingDirectory != home, !control.isEnded, transfer?.isOver ?? true else { return }
        guard let command = try? Command.changeDirectory(home) else { return }
        workingDirectory = home
        sendUnheard(command)
    }

    func listingReader(_ mode: ListingMode, zone: ServerZone) -> ListingReader {
        ListingReader(
            mode, clock: ListingClock(now: .now(), zone: zone, pattern: settings.times.pattern),
            budget: ListingBudget(limit: settings.listingLimit))
    }
}
