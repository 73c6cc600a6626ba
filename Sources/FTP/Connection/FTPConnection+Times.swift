public import FileModel

extension FTPConnection {
    /// Sets a file's modification time, to the second.
    ///
    /// Under `auto` the ways are tried in the order of their merit until the server reports the time back as it was
    /// set; what was proven is remembered for the server.
    /// - Returns: how it was set.
    /// - Throws: `.unsupported` when no way works.
    @discardableResult
    public func setModificationTime(_ time: Timestamp, of path: RemotePath) async throws(StorageError) -> TimeSetter {
        try await operation { () async throws(StorageError) in try await setTime(time, of: path) }
    }

    /// `setModificationTime`, from inside another operation.
    @discardableResult
    func setTime(_ time: Timestamp, of path: RemotePath) async throws(StorageError) -> TimeSetter {
        if let witness = memory[\.witnesses].witness(at: path) {
            try await learnFromUpload(witness)
            // From now on its time tells nothing about the server's clock.
            memory[\.witnesses].remove(path)
        }
        for setter in candidates {
            if try await set(time, of: path, by: setter) { return setter }
        }
        memory[\.timeSetter] = .none
        throw StorageError.unsupported("setting the modification time of \(path)")
    }

    /// What certainly sets the time; nil while nothing is proven, or the file is still to tell the clock.
    private var provenSetter: TimeSetter? {
        guard settings.times.setter != .off, case .proven(let setter) = memory[\.timeSetter] else { return nil }
        guard candidates == [setter], !memory.awaitsClock || !features.has("MDTM") else { return nil }
        return setter
    }

    /// Whether the command that sets a time is known before there is a file.
    var provesTimes: Bool { provenSetter != nil && features.has("MDTM") }

    /// The command that certainly sets the time; nil where there is none yet.
    func provenTimeCommand(_ time: Timestamp, _ path: RemotePath) throws(StorageError) -> Command? {
        guard let setter = provenSetter else { return nil }
        if !features.has("MDTM") { memory[\.witnesses].remove(path) }
        return try command(setter, time, path)
    }

    /// MFMT where FEAT names it, as long as nothing is proven: MLST, which tells UTC, shows whether it did what it says.
    func likelyTimeCommand(_ time: Timestamp, _ path: RemotePath) throws(StorageError) -> Command? {
        guard memory[\.timeSetter] == .untried, candidates.first == .mfmt, listingMode == .machine,
            features.has("MDTM"), memory[\.tellsWallTimeInMDTM] != true
        else { return nil }
        return try command(.mfmt, time, path)
    }

    /// Whether the way to set times that a flight tried is proven by the look behind it.
    func provesTime(
        _ time: Timestamp, of path: RemotePath, _ replies: [Flight.Purpose: Reply]
    ) async throws(StorageError) -> Bool {
        if let reply = replies[.ownTime], let witness = memory[\.witnesses].witness(at: path) {
            learn(reply, from: witness)
            memory[\.witnesses].remove(path)
        }
        guard memory[\.tellsWallTimeInMDTM] != true, replies[.triedTime]?.isCompletion == true,
            let reply = replies[.factsOfFile], reply.isCompletion,
            try MachineListing.parse(reply).attributes.modified?.time.seconds == time.seconds
        else { return false }
        memory[\.timeSetter] = .proven(.mfmt)
        return true
    }

    /// The command that sets time and mode at once; nil where MFMT is not known to set the time, or MFF does not set both.
    func timeAndModeCommand(
        _ time: Timestamp, _ mode: UInt16, _ path: RemotePath
    ) throws(StorageError) -> Command? {
        guard provenSetter == .mfmt, features.has("MDTM"), !memory[\.refusesTimeWithMode],
            features.modifies(fact: "modify"), features.modifies(fact: "UNIX.mode")
        else { return nil }
        let facts = "modify=\(TimeValue.format(told(time)));UNIX.mode=0\(String(mode & 0o7777, radix: 8)); "
        return try Command("MFF", path, prefix: facts)
    }

    /// A moment as this server reads it.
    private func command(_ setter: TimeSetter, _ time: Timestamp, _ path: RemotePath) throws(StorageError) -> Command {
        try Self.command(setter, setter == .utime ? time : told(time), path)
    }

    private var candidates: [TimeSetter] {
        switch (settings.times.setter, memory[\.timeSetter]) {
        case (.off, _), (.automatic, .none): return []
        case (.mfmt, _): return [.mfmt]
        case (.mdtm, _): return [.mdtm]
        case (.utime, _): return [.utime]
        case (.automatic, .proven(let setter)): return [setter]
        case (.automatic, .untried):
            return (features.modifiesTimes ? [.mfmt] : []) + (features.has("MDTM") ? [.mdtm] : []) + [.utime]
        }
    }

    /// - Returns: false when the server has no such command, or took it and did nothing.
    /// - Throws: a refusal that is about the path.
    private func set(_ time: Timestamp, of path: RemotePath, by setter: TimeSetter) async throws(StorageError) -> Bool {
        let isProven = memory[\.timeSetter] == .proven(setter)
        let reply = try await exchange(try command(setter, time, path))
        if reply.isFailure {
            let error = try await explain(
                reply, "set the time of \(path)", path,
                RefusalMeaning(file: .unsupported, directory: .unsupported))
            if !isProven && [.unsupported, .invalidArgument, .failed].contains(error.code) { return false }
            throw isProven && error.code == .unsupported
                ? StorageError(.permissionDenied, error.message, serverReply: error.serverReply) : error
        }
        if isProven { return true }
        return try await verify(time, of: path, setter)
    }

    /// Some servers answer 2yz and set another time or none.
    private func verify(_ time: Timestamp, of path: RemotePath, _ setter: TimeSetter) async throws(StorageError) -> Bool
    {
        let reply = try await exchange(.modificationTime(path))
        // Directories have no MDTM on most servers; what the setter said has to do, and proves nothing for files.
        guard let reported = moment(reply) else { return true }
        guard reported.time.seconds == time.seconds else { return false }
        memory[\.timeSetter] = .proven(setter)
        return true
    }

    private static func command(_ setter: TimeSetter, _ time: Timestamp, _ path: RemotePath) throws(StorageError)
        -> Command
    {
        let value = TimeValue.format(time)
        switch setter {
        case .mfmt: return try Command("MFMT", path, prefix: "\(value) ")
        case .mdtm: return try Command("MDTM", path, prefix: "\(value) ")
        case .utime:
            let times = " \(value) \(value) \(value) UTC"
            return try Command("SITE", Array("UTIME ".utf8) + path.absolute + Array(times.utf8))
        }
    }

    /// The exact modification time of a regular file.
    public func modificationTime(of path: RemotePath) async throws(StorageError) -> ModificationTime {
        try await operation { () async throws(StorageError) in
            let reply = try await exchange(.modificationTime(path))
            if let time = moment(reply) { return time }
            if reply.isFailure { throw try await explain(reply, "ask for the time of \(path)", path) }
            throw StorageError(.protocolViolation, "the server's answer to MDTM is no time: \(reply)")
        }
    }
}
