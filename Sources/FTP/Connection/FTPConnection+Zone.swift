import FileModel

/// LIST tells local times of an unknown zone, and sometimes no exact size. Other commands tell more of single files.
extension FTPConnection {
    /// The zone of LIST times as the settings give it.
    var knownZone: ServerZone? { settings.times.zone }

    /// The way from what the server's wall shows to moments, as far as it is known.
    var wallZone: ServerZone? { knownZone ?? memory[\.zone].zone }

    /// Completes what a LIST left open.
    func prove(_ unproven: UnprovenEntries, in directory: RemotePath) async throws(StorageError) -> [DirectoryEntry] {
        try await compareClocks(unproven, in: directory)
        var entries = unproven.all
        if unproven.isInWallTime {
            try await measureZone(entries, in: directory)
            let calibration = memory[\.zone]
            for index in entries.indices where entries[index].hasWallTime {
                entries[index].settle(calibration)
            }
        }
        try await askSizes(&entries, in: directory)
        return entries
    }

    // MARK: The zone

    /// Asks for the times of as few files as prove the offset of all.
    private func measureZone(_ entries: [DirectoryEntry], in directory: RemotePath) async throws(StorageError) {
        guard features.has("MDTM"), memory[\.tellsWallTimeInMDTM] != true else { return }
        var open = Dictionary(entries.filter(\.isComparable).map { ($0.wall, $0.name) }) { first, _ in first }
        var failures = 0
        while failures < 3, let wall = memory[\.zone].question(among: Array(open.keys)), let name = open[wall] {
            open[wall] = nil
            let reply = try await exchange(.modificationTime(directory.appending(name)))
            guard let moment = Self.time(reply)?.time.seconds,
                // A minute of LIST hides its seconds.
                let offset = ZoneCalibration.zoneOffset(wall: wall + 30, moment: moment, tolerance: 90)
            else {
                failures += 1
                continue
            }
            memory.calibrate(ZoneCalibration.Sample(wall: wall, offset: offset))
        }
    }

    // MARK: The clock of MDTM

    /// MDTM is to tell UTC (RFC 3659 §3.1); vsftpd with use_localtime and others tell what the wall shows, as LIST does.
    /// A file whose moment is known from elsewhere tells: one that was uploaded a moment ago, or one that was listed by
    /// a server whose zone the settings give.
    private func compareClocks(_ unproven: UnprovenEntries, in directory: RemotePath) async throws(StorageError) {
        if let witness = memory[\.witnesses].witness(in: directory) {
            try await learnFromUpload(witness)
            learnFromListing(witness, unproven)
            memory[\.witnesses].remove(witness.path)
        }
        guard let zone = knownZone, memory[\.tellsWallTimeInMDTM] == nil, features.has("MDTM"),
            let entry = unproven.sample
        else { return }
        let moment = entry.wall
        guard zone.wall(moment) != moment else { return }
        let reply = try await exchange(.modificationTime(directory.appending(entry.name)))
        guard let told = Self.time(reply)?.time.seconds else { return }
        if abs(told - moment - 30) <= 90 { memory[\.tellsWallTimeInMDTM] = false }
        if abs(told - zone.wall(moment) - 30) <= 90 { memory[\.tellsWallTimeInMDTM] = true }
    }

    /// Compares MDTM with the moment of an upload.
    func learnFromUpload(_ witness: UploadWitness) async throws(StorageError) {
        guard memory.awaitsClock, features.has("MDTM"), witness.isFresh else { return }
        learn(try await exchange(.modificationTime(witness.path)), from: witness)
    }

    /// - Parameter reply: to MDTM, before anybody set the file's time.
    func learn(_ reply: Reply, from witness: UploadWitness) {
        memory[\.isClockAssumed] = false
        guard let told = Self.time(reply)?.time.seconds,
            let offset = ZoneCalibration.zoneOffset(
                wall: told, moment: witness.moment.seconds, tolerance: UploadWitness.tolerance)
        else { return }
        memory[\.tellsWallTimeInMDTM] = offset != 0
        if offset != 0 { memory.calibrate(ZoneCalibration.Sample(wall: told, offset: offset)) }
        settings.rememberClock?(offset == 0 ? nil : WallClock(wall: told, offset: offset))
    }

    /// Where there is no MDTM, the LIST time of a file that was uploaded a moment ago tells the zone.
    private func learnFromListing(_ witness: UploadWitness, _ unproven: UnprovenEntries) {
        guard unproven.isInWallTime, witness.isFresh, !features.has("MDTM"),
            let entry = unproven.all.first(where: { $0.name == witness.path.name }), entry.isComparable,
            let offset = ZoneCalibration.zoneOffset(
                wall: entry.wall + 30, moment: witness.moment.seconds, tolerance: UploadWitness.tolerance)
        else { return }
        memory.calibrate(ZoneCalibration.Sample(wall: entry.wall, offset: offset))
    }

    // MARK: Sizes

    /// Sizes of files whose listing tells blocks, where the server knows SIZE.
    private func askSizes(_ entries: inout [DirectoryEntry], in directory: RemotePath) async throws(StorageError) {
        guard features.has("SIZE") else { return }
        let open = entries.indices.filter {
            !entries[$0].attributes.hasExactSize && entries[$0].attributes.type == .regular
                && !entries[$0].name.holdsLineBreak
        }
        for start in stride(from: 0, to: open.count, by: 100) {
            let indices = open[start..<min(open.count, start + 100)]
            var commands: [Command] = []
            for index in indices { commands.append(try .size(directory.appending(entries[index].name))) }
            let replies = try await exchange(commands)
            for (index, reply) in zip(indices, replies) {
                guard let size = Self.size(reply) else { continue }
                entries[index].attributes.size = size
                entries[index].attributes.hasExactSize = true
            }
        }
    }

    // MARK: MDTM

    /// The time in a 213 reply to MDTM, as it stands there.
    static func time(_ reply: Reply) -> ModificationTime? {
        guard reply.code == 213, let text = reply.lines.last else { return nil }
        return TimeValue.parse(text.drop { $0 == 32 }.prefix { $0 != 32 }, source: .mdtm)
    }

    /// The moment in a 213 reply to MDTM.
    func moment(_ reply: Reply) -> ModificationTime? {
        guard let told = Self.time(reply), memory[\.tellsWallTimeInMDTM] == true, let zone = wallZone else {
            return Self.time(reply)
        }
        let time = Timestamp(seconds: zone.moment(told.time.seconds), nanoseconds: told.time.nanoseconds)
        return ModificationTime(time, resolution: told.resolution, source: .mdtm)
    }

    /// A moment as MFMT and MDTM have to say it to this server.
    func told(_ moment: Timestamp) -> Timestamp {
        guard memory[\.tellsWallTimeInMDTM] == true, let zone = wallZone else { return moment }
        return Timestamp(seconds: zone.wall(moment.seconds), nanoseconds: moment.nanoseconds)
    }
}

extension DirectoryEntry {
    /// Makes the best moment of the wall time that the measurements allow, and says how good it is.
    fileprivate mutating func settle(_ calibration: ZoneCalibration) {
        if let offset = calibration.offset(at: wall) {
            setTime(offset: offset)
        } else if let offset = calibration.nearestOffset(to: wall) {
            // In another season the clock may be an hour off.
            setTime(offset: offset, resolution: TimeResolution(nanoseconds: 3_600_000_000_000))
        } else {
            setTime(offset: 0, resolution: .day)
        }
    }
}
