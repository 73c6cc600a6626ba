public import FileModel
import Synchronization

extension FTPConnection {
    /// The attributes of the name itself.
    ///
    /// MLST where the server has it. Elsewhere the parent directory is listed, which alone tells a link from its
    /// target, and the exact time and size are asked for.
    public func attributes(of path: RemotePath) async throws(StorageError) -> FileAttributes {
        try await operation { () async throws(StorageError) in try await lookUp(path) }
    }

    func lookUp(_ path: RemotePath) async throws(StorageError) -> FileAttributes {
        guard listingMode == .machine else { return try await lookUpByListing(path) }
        let reply = try await exchange(.facts(path))
        if reply.isCompletion { return try await attributes(reply, path) }
        if [500, 502, 504].contains(reply.code) { return try await lookUpByListing(path) }
        throw try await explain(reply, "look at \(path)", path)
    }

    func attributes(_ reply: Reply, _ path: RemotePath) async throws(StorageError) -> FileAttributes {
        let facts = try MachineListing.parse(reply)
        var attributes = facts.attributes
        guard self.facts.software.resolvesLinkTypesInMLST, facts.mode == 0o777, !path.isRoot else { return attributes }
        // ProFTPD: a link has its own size and mode here, but the type and `unique` of its target.
        if attributes.type == .directory && facts.size != nil {
            attributes.type = .symbolicLink
            attributes.size = facts.size ?? 0
            attributes.uniqueID = nil
        } else if attributes.type == .regular {
            return try await entry(path)?.attributes ?? attributes
        }
        return attributes
    }

    private func lookUpByListing(_ path: RemotePath) async throws(StorageError) -> FileAttributes {
        guard !path.isRoot else {
            try await enter(path)
            return FileAttributes(type: .directory)
        }
        guard let entry = try await entry(path) else { throw StorageError.notFound(path) }
        guard entry.attributes.type == .regular else { return entry.attributes }
        return try await refined(entry.attributes, path)
    }

    /// The entry of the parent's listing; nil when the name is not in it.
    func entry(_ path: RemotePath) async throws(StorageError) -> DirectoryEntry? {
        guard let name = path.name, let parent = path.parent else { return nil }
        let found = Mutex<DirectoryEntry?>(nil)
        do throws(StorageError) {
            try await listDirectory(parent) { batch in
                if let entry = batch.first(where: { $0.name == name }) { found.withLock { $0 = entry } }
            }
        } catch  where error.code == .notDirectory {
            throw StorageError.notFound(path)
        }
        return found.withLock { $0 }
    }

    /// With the exact size and time of a regular file, where the server tells them.
    private func refined(_ attributes: FileAttributes, _ path: RemotePath) async throws(StorageError) -> FileAttributes
    {
        var commands: [Command] = []
        if features.has("SIZE") { commands.append(try .size(path)) }
        if features.has("MDTM") { commands.append(try .modificationTime(path)) }
        var attributes = attributes
        for (command, reply) in zip(commands, try await exchangeInBinary(commands)) {
            if command.verb != "SIZE" {
                attributes.modified = moment(reply) ?? attributes.modified
            } else if let size = Self.size(reply) {
                attributes.size = size
                attributes.hasExactSize = true
            }
        }
        return attributes
    }

    /// The number in a 213 reply to SIZE.
    static func size(_ reply: Reply) -> Int64? {
        guard reply.code == 213, let text = reply.lines.last else { return nil }
        return Digits.number(text.drop { $0 == 32 }.prefix { $0 != 32 }).map(Int64.init)
    }

    /// The size of a regular file, as a transfer would count it.
    public func size(of path: RemotePath) async throws(StorageError) -> Int64 {
        try await operation { () async throws(StorageError) in
            let reply = try await exchangeInBinary([.size(path)])[0]
            if let size = Self.size(reply) { return size }
            if reply.isFailure { throw try await explain(reply, "ask for the size of \(path)", path) }
            throw StorageError(.protocolViolation, "the server's answer to SIZE is no number: \(reply)")
        }
    }

    /// Goes to a directory to see whether it is one; asks for a data connection on the way, since it is listed next.
    public func checkDirectory(_ path: RemotePath) async throws(StorageError) {
        try await operation { () async throws(StorageError) in
            defer { returnHome() }
            let asksForData = handlesWholeFiles && prepared?.isFresh != true
            try await enter(path, alsoSending: asksForData ? passiveCommand : nil)
        }
    }

    func enter(_ path: RemotePath, alsoSending passive: Command? = nil) async throws(StorageError) {
        workingDirectory = nil
        let replies = try await exchange([try .changeDirectory(path)] + (passive.map { [$0] } ?? []))
        if passive != nil { takeNextData(replies.last) }
        let reply = replies[0]
        if reply.isFailure {
            throw try await explain(
                reply, "go to \(path)", path, RefusalMeaning(file: .notDirectory, directory: .permissionDenied))
        }
        workingDirectory = path
    }
}
