public import FileModel

/// Operations on names, each one or two commands (RFC 959 §4.1.3).
extension FTPConnection {
    /// A sign of life.
    public func noop() async throws(StorageError) {
        try await operation { () async throws(StorageError) in
            let reply = try await exchange(.noop)
            if reply.isFailure { throw ReplyMapping.error(reply, action: "keep the session alive") }
        }
    }

    /// Removes a file or a link.
    public func delete(_ path: RemotePath) async throws(StorageError) {
        try await operation { () async throws(StorageError) in
            let reply = try await exchange(.delete(path))
            guard reply.isFailure else { return }
            throw try await explain(reply, "delete \(path)", path)
        }
    }

    /// - Throws: `.alreadyExists` when something has that name.
    public func makeDirectory(_ path: RemotePath) async throws(StorageError) {
        try checkCreatable(path)
        try await operation { () async throws(StorageError) in
            let reply = try await exchange(.makeDirectory(path))
            guard reply.isFailure else { return }
            if facts.software == .proFTPD, path.absolute.contains(UInt8(ascii: "*")) {
                return try await makeDirectoryNamedWithAsterisk(path)
            }
            throw try await explain(
                reply, "create the directory \(path)", path,
                RefusalMeaning(file: .alreadyExists, directory: .alreadyExists) { () async throws(StorageError) in
                    try await self.refusalToCreate(path)
                })
        }
    }

    /// ProFTPD refuses every MKD whose words hold an asterisk, and no other command: the folders above are left out of
    /// the words by going there, and the name itself comes by a rename.
    private func makeDirectoryNamedWithAsterisk(_ path: RemotePath) async throws(StorageError) {
        guard let parent = path.parent, let name = path.name, try await existence(of: path) == .missing else {
            throw StorageError(.alreadyExists, "cannot create the directory \(path): it exists already")
        }
        let isRenamed = name.bytes.contains(UInt8(ascii: "*"))
        let suffix = String(UInt64.random(in: 0 ... .max), radix: 36)
        let made = isRenamed ? try FileName(".mkdir.\(suffix).part") : name
        defer { returnHome() }
        try await enter(parent)
        var commands = [try Command("MKD", Array("./".utf8) + made.bytes)]
        if isRenamed { commands += [try .renameFrom(parent.appending(made)), try .renameTo(path)] }
        guard let failure = try await exchange(commands).first(where: \.isFailure) else { return }
        if isRenamed { sendUnheard(try .removeDirectory(parent.appending(made))) }
        // Another session was quicker; what it put there already makes the rename fail in words of its own.
        if isRenamed, try await existence(of: path) != .missing {
            throw StorageError(
                .alreadyExists, "cannot create the directory \(path): it exists already", serverReply: "\(failure)")
        }
        throw ReplyMapping.error(failure, action: "create the directory \(path)", path: path)
    }

    /// - Throws: `.notEmpty`, `.notFound`, `.notDirectory`.
    public func removeDirectory(_ path: RemotePath) async throws(StorageError) {
        try await operation { () async throws(StorageError) in
            let reply = try await exchange(.removeDirectory(path))
            guard reply.isFailure else { return }
            let error = try await explain(
                reply, "remove the directory \(path)", path,
                RefusalMeaning(file: .notDirectory, directory: .permissionDenied))
            guard error.code == .permissionDenied, ReplyMapping.isVague(reply, about: path) else { throw error }
            throw try await holdsEntries(path)
                ? StorageError(
                    .notEmpty, "cannot remove the directory \(path): it is not empty", serverReply: "\(reply)")
                : error
        }
    }

    private func holdsEntries(_ path: RemotePath) async throws(StorageError) -> Bool {
        let found = EntryCounter()
        try await listDirectory(path) { batch in await found.add(batch.count) }
        return await found.count > 0
    }

    /// Renames; most servers replace an existing target, so who must not lose it looks first.
    public func rename(_ source: RemotePath, to target: RemotePath) async throws(StorageError) {
        try checkCreatable(target)
        try await operation { () async throws(StorageError) in
            let from = try await exchange(.renameFrom(source))
            if from.isFailure {
                throw try await explain(
                    from, "rename \(source)", source, RefusalMeaning(directory: .permissionDenied))
            }
            let to = try await exchange(.renameTo(target))
            guard to.isFailure else { return memory.renamed(source, to: target) }
            let action = "rename \(source) to \(target)"
            throw try await explain(
                to, action, target,
                RefusalMeaning(directory: .permissionDenied) { () async throws(StorageError) in
                    try await self.refusalToCreate(target)
                })
        }
    }

    /// Why something that does not exist could not be made: because its name is too long for the server's disk (NAME_MAX),
    /// its parent does not exist, or it may not be.
    func refusalToCreate(_ path: RemotePath) async throws(StorageError) -> StorageError.Code {
        guard let parent = path.parent, let name = path.name else { return .permissionDenied }
        if name.bytes.count > 255 { return .invalidName }
        return try await existence(of: parent) == .missing ? .notFound : .permissionDenied
    }

    /// Sets the mode bits with MFF or SITE CHMOD.
    ///
    /// - Throws: `.unsupported` where the server has neither, or would mangle the name.
    public func setPermissions(_ mode: UInt16, of path: RemotePath) async throws(StorageError) {
        try await operation { () async throws(StorageError) in
            guard let command = try await modeCommand(mode, path) else {
                throw StorageError.unsupported("changing the mode of \(path)")
            }
            let reply = try await exchange(command)
            guard reply.isFailure else { return }
            throw try await explain(
                reply, "change the mode of \(path)", path, RefusalMeaning(directory: .permissionDenied))
        }
    }

    /// nil: the server has no such command, or would mangle the name.
    func modeCommand(_ mode: UInt16, _ path: RemotePath) async throws(StorageError) -> Command? {
        let digits = String(mode & 0o7777, radix: 8)
        if features.modifies(fact: "UNIX.mode") { return try Command("MFF", path, prefix: "UNIX.mode=0\(digits); ") }
        guard try await hasSiteChmod(), facts.software.keepsSpaces(inSiteArgument: path) else { return nil }
        return try Command("SITE", path, prefix: "CHMOD \(digits) ")
    }

    private func hasSiteChmod() async throws(StorageError) -> Bool {
        if let known = memory[\.hasSiteChmod] { return known }
        let reply = try await exchange(.siteHelp)
        let known = !reply.isFailure && reply.text.uppercased().contains("CHMOD")
        memory[\.hasSiteChmod] = known
        return known
    }
}

private actor EntryCounter {
    var count = 0
    func add(_ more: Int) { count += more }
}
