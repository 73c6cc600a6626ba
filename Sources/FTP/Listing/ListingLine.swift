import FileModel

/// What one line of a listing says.
enum ListingLine: Equatable {
    case entry(DirectoryEntry)
    /// `.`, `..`: not an entry, but a proof that the directory was read.
    case directoryItself
    /// A heading such as `total 12`.
    case heading

    var name: FileName? {
        if case .entry(let entry) = self { entry.name } else { nil }
    }
}

/// What is needed to read the times of a LIST line.
struct ListingClock: Hashable, Sendable {
    var now: Timestamp
    /// Seconds by which the server's LIST times are ahead of UTC; nil when nobody has measured it.
    var zoneOffset: Int?

    init(now: Timestamp, zoneOffset: Int?) {
        self.now = now
        self.zoneOffset = zoneOffset
    }

    /// A time of a LIST line; without a measured offset it may be wrong by a day, and says so.
    func modificationTime(_ local: Int64, resolution: TimeResolution) -> ModificationTime {
        ModificationTime(
            Timestamp(seconds: local - Int64(zoneOffset ?? 0)),
            resolution: zoneOffset == nil ? max(resolution, .day) : resolution, source: .list)
    }

    /// A date without a year: the year that gives the latest time not after a day from now.
    func withoutYear(month: Int, day: Int, hour: Int, minute: Int) -> ModificationTime? {
        let limit = now.seconds + 86_400 + Int64(zoneOffset ?? 0)
        let thisYear = CivilTime(secondsSinceEpoch: now.seconds).year
        // A 29th of February may be eight years back (1896 to 1904, 2096 to 2104).
        for year in stride(from: thisYear + 1, through: thisYear - 8, by: -1) {
            let civil = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute)
            guard let seconds = civil.secondsSinceEpoch, seconds <= limit else { continue }
            return modificationTime(seconds, resolution: .minute)
        }
        return nil
    }
}

/// The error of a line that cannot be read; a listing with such a line is not complete.
func unreadableListing(_ line: some Collection<UInt8>, _ why: String = "its form is unknown") -> StorageError {
    StorageError(
        .protocolViolation, "cannot read the listing line \(quoted(Array(line.prefix(200)))): \(why)")
}
