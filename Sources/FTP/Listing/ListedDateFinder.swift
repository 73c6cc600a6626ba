import FileModel

/// Finds the date in the words of a line that is like `ls -l`.
struct ListedDateFinder {
    let clock: ListingClock

    struct Found {
        let firstField: Int
        /// Where the date ends in the line.
        let end: Int
        let time: ModificationTime
    }

    /// The first date that follows a number, which is the size.
    func find(_ fields: Fields) -> Found? {
        for first in 2..<max(2, fields.count) where Self.isSize(fields[first - 1]) {
            if let pattern = clock.pattern {
                if let date = matched(pattern, fields, at: first) { return date }
            } else if let date = traditional(fields, at: first) ?? isoDate(fields, at: first) {
                return date
            }
        }
        return nil
    }

    /// A size, or the numbers of a device (`1,3`).
    private static func isSize(_ word: ArraySlice<UInt8>) -> Bool {
        word.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ",") } && (48...57).contains(word.last ?? 0)
    }

    private func matched(_ pattern: DatePattern, _ fields: Fields, at first: Int) -> Found? {
        guard let (date, end) = pattern.read(fields.line[fields.ranges[first].lowerBound...]),
            end < fields.line.endIndex, fields.line[end] == 32,
            let time = clock.modificationTime(date, resolution: pattern.resolution)
        else { return nil }
        return Found(firstField: first, end: end, time: time)
    }

    // MARK: Nov 21 04:04

    /// `Nov 21 04:04`, `Nov 21  2019`, `21. Nov 04:04`, `21 Nov 2019`, `Nov 21 04:04:05 2019` (BSD ls -T).
    private func traditional(_ fields: Fields, at first: Int) -> Found? {
        guard first + 2 < fields.count, var date = Self.dayAndMonth(fields[first], fields[first + 1]) else {
            return nil
        }
        let parts = fields[first + 2].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let numbers = parts.map { (1...4).contains($0.count) ? Digits.number($0) : nil }
        var (last, resolution) = (first + 2, TimeResolution.minute)
        switch (numbers.count, numbers.first ?? nil) {
        case (1, let year?) where parts[0].count == 4:
            (date.year, resolution) = (year, .day)
        case (2, let hour?):
            (date.hour, date.minute) = (hour, numbers[1] ?? 99)
        case (3, let hour?):
            guard first + 3 < fields.count, fields[first + 3].count == 4 else { return nil }
            (date.hour, date.minute, date.second) = (hour, numbers[1] ?? 99, numbers[2] ?? 99)
            (date.year, last, resolution) = (Digits.number(fields[first + 3]) ?? 0, first + 3, .second)
        default: return nil
        }
        guard let time = clock.modificationTime(date, resolution: resolution) else { return nil }
        return Found(firstField: first, end: fields.ranges[last].upperBound, time: time)
    }

    private static func dayAndMonth(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> WrittenDate? {
        var date = WrittenDate()
        if let month = MonthName.number(of: first), let day = day(second) {
            (date.month, date.day) = (month, day)
        } else if let month = MonthName.number(of: second), let day = day(first) {
            (date.month, date.day) = (month, day)
        } else {
            return nil
        }
        return date
    }

    /// `21`, `21.`, `21日`.
    private static func day(_ word: ArraySlice<UInt8>) -> Int? {
        let digits = word.prefix { (48...57).contains($0) }
        guard (1...2).contains(digits.count), daySigns.contains(Array(word.dropFirst(digits.count))) else { return nil }
        return Digits.number(digits).flatMap { (1...31).contains($0) ? $0 : nil }
    }

    /// Nothing, a dot, 日 in UTF-8, Shift_JIS, EUC-JP and GBK, 일 in UTF-8 and EUC-KR.
    private static let daySigns: [[UInt8]] = [
        [], [UInt8(ascii: ".")], Array("日".utf8), [0x93, 0xFA], [0xC6, 0xFC], [0xC8, 0xD5], Array("일".utf8),
        [0xC0, 0xCF],
    ]

    // MARK: 2026-11-21 04:04

    /// `2026-11-21 04:04`, with seconds, or with a fraction and a zone (GNU ls --time-style=long-iso and full-iso).
    private func isoDate(_ fields: Fields, at first: Int) -> Found? {
        let parts = fields[first].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard fields[first].count == 10, parts.map(\.count) == [4, 2, 2], first + 1 < fields.count else { return nil }
        let numbers = parts.map { Digits.number($0) ?? 0 }
        var date = WrittenDate()
        (date.year, date.month, date.day) = (numbers[0], numbers[1], numbers[2])
        let word = fields[first + 1]
        let time = word.prefix { $0 != UInt8(ascii: ".") }.split(separator: UInt8(ascii: ":")).map {
            Digits.number($0) ?? 99
        }
        guard time.count == 2 || time.count == 3 else { return nil }
        (date.hour, date.minute, date.second) = (time[0], time[1], time.count == 3 ? time[2] : 0)
        if word.contains(UInt8(ascii: ".")), first + 2 < fields.count, let zone = Self.zone(fields[first + 2]) {
            return moment(date, zone, first, fields.ranges[first + 2].upperBound)
        }
        let resolution = time.count == 3 ? TimeResolution.second : .minute
        return clock.modificationTime(date, resolution: resolution).map {
            Found(firstField: first, end: fields.ranges[first + 1].upperBound, time: $0)
        }
    }

    /// With its zone, a time is a moment as MLSD tells it.
    private func moment(_ date: WrittenDate, _ zone: Int, _ first: Int, _ end: Int) -> Found? {
        CivilTime(date, year: date.year ?? 0).secondsSinceEpoch.map { wall in
            let time = ModificationTime(
                Timestamp(seconds: wall - Int64(zone)), resolution: .second, source: .mlsd)
            return Found(firstField: first, end: end, time: time)
        }
    }

    /// `+0530` as seconds east of UTC.
    private static func zone(_ word: ArraySlice<UInt8>) -> Int? {
        guard word.count == 5, let number = Digits.number(word.dropFirst()) else { return nil }
        let seconds = number / 100 * 3600 + number % 100 * 60
        switch word.first {
        case UInt8(ascii: "+"): return seconds
        case UInt8(ascii: "-"): return -seconds
        default: return nil
        }
    }
}
