import FileModel

/// LIST tells local times of an unknown zone. Where MDTM tells the same file's time in UTC, the difference is the zone.
extension FTPConnection {
    /// - Parameter entries: with their LIST times read as UTC.
    /// - Returns: the seconds by which LIST times are ahead of UTC; nil when no file could be compared.
    func measureZone(_ entries: [DirectoryEntry], in directory: RemotePath) async throws(StorageError) -> Int? {
        guard features.has("MDTM") else { return nil }
        let candidates = entries.filter { entry in
            entry.attributes.type == .regular && entry.attributes.modified?.resolution == .minute
                && !entry.name.holdsLineBreak
        }
        for entry in candidates.prefix(3) {
            let reply = try await exchange(.modificationTime(directory.appending(entry.name)))
            guard let listed = entry.attributes.modified?.time.seconds, let exact = Self.time(reply)?.time.seconds,
                let offset = Self.zoneOffset(listed: listed, exact: exact)
            else { continue }
            memory[\.zoneOffset] = offset
            return offset
        }
        return nil
    }

    /// Zones are multiples of a quarter of an hour, at most 14 hours off; a minute of LIST hides its seconds.
    static func zoneOffset(listed: Int64, exact: Int64) -> Int? {
        let difference = Double(listed - exact + 30)
        let offset = Int((difference / 900).rounded()) * 900
        guard abs(offset) <= 26 * 3600, abs(Int(listed - exact) + 30 - offset) <= 90 else { return nil }
        return offset
    }

    /// The entry with its time in UTC; without an offset the time may be wrong by a day, and says so.
    static func shifted(_ entry: DirectoryEntry, by offset: Int?) -> DirectoryEntry {
        guard offset != 0, let listed = entry.attributes.modified, listed.source == .list else { return entry }
        var entry = entry
        entry.attributes.modified = ModificationTime(
            Timestamp(seconds: listed.time.seconds - Int64(offset ?? 0)),
            resolution: offset == nil ? max(listed.resolution, .day) : listed.resolution, source: .list)
        return entry
    }

    /// The time in a 213 reply to MDTM.
    static func time(_ reply: Reply) -> ModificationTime? {
        guard reply.code == 213, let text = reply.lines.last else { return nil }
        return TimeValue.parse(text.drop { $0 == 32 }.prefix { $0 != 32 }, source: .mdtm)
    }
}
