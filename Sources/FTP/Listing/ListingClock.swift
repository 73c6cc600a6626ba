import FileModel

/// What is needed to read the times of a LIST line.
struct ListingClock: Sendable {
    var now: Timestamp
    /// Nil: nobody knows the server's zone.
    var zone: ServerZone?
    /// How dates are written; nil: as the family of the listing writes them.
    var pattern: DatePattern?

    init(now: Timestamp, zone: ServerZone?, pattern: DatePattern? = nil) {
        self.now = now
        self.zone = zone
        self.pattern = pattern
    }

    /// - Parameter zoneOffset: seconds by which the server's LIST times are ahead of UTC, all the year.
    init(now: Timestamp, zoneOffset: Int?) {
        self.init(now: now, zone: zoneOffset.map { .fixed($0) })
    }

    /// A time of a LIST line; without a zone it may be wrong by a day, and says so.
    ///
    /// - Parameter wall: seconds since 1970 on the server's wall.
    func modificationTime(_ wall: Int64, resolution: TimeResolution) -> ModificationTime {
        ModificationTime(
            Timestamp(seconds: zone?.moment(wall) ?? wall),
            resolution: zone == nil ? max(resolution, .day) : resolution, source: .list)
    }

    /// - Returns: nil for a day or time that does not exist.
    func modificationTime(_ date: WrittenDate, resolution: TimeResolution) -> ModificationTime? {
        guard let year = date.year else { return withoutYear(date, resolution) }
        let civil = CivilTime(date, year: year)
        return civil.secondsSinceEpoch.map { modificationTime($0, resolution: resolution) }
    }

    /// A date without a year: the year that gives the latest time not after a day from now.
    private func withoutYear(_ date: WrittenDate, _ resolution: TimeResolution) -> ModificationTime? {
        let thisYear = CivilTime(secondsSinceEpoch: now.seconds).year
        // A 29th of February may be eight years back (1896 to 1904, 2096 to 2104).
        for year in stride(from: thisYear + 1, through: thisYear - 8, by: -1) {
            guard let wall = CivilTime(date, year: year).secondsSinceEpoch else { continue }
            let time = modificationTime(wall, resolution: resolution)
            if time.time.seconds <= now.seconds + 86_400 { return time }
        }
        return nil
    }
}

extension CivilTime {
    init(_ date: WrittenDate, year: Int) {
        self.init(
            year: year, month: date.month, day: date.day, hour: date.hour, minute: date.minute, second: date.second)
    }
}
