import FileModel

extension UnixListing {
    struct FoundDate {
        let firstField: Int
        let lastField: Int
        let time: ModificationTime?
    }

    /// The first date that follows a number, which is the size.
    func findDate(_ fields: Fields) -> FoundDate? {
        for first in 2..<max(2, fields.count - 1) where Digits.number(fields[first - 1]) != nil {
            if let date = traditional(fields, at: first) ?? isoDate(fields, at: first) { return date }
        }
        return nil
    }

    /// `Nov 21 04:04`, `Nov 21  2019`, `21 Nov 2019`.
    private func traditional(_ fields: Fields, at first: Int) -> FoundDate? {
        guard first + 2 < fields.count else { return nil }
        let (month, day): (Int, Int)
        if let name = Self.month(fields[first]), let number = Self.day(fields[first + 1]) {
            (month, day) = (name, number)
        } else if let name = Self.month(fields[first + 1]), let number = Self.day(fields[first]) {
            (month, day) = (name, number)
        } else {
            return nil
        }
        guard let time = time(month, day, fields[first + 2]) else { return nil }
        return FoundDate(firstField: first, lastField: first + 2, time: time)
    }

    private func time(_ month: Int, _ day: Int, _ word: ArraySlice<UInt8>) -> ModificationTime? {
        let parts = word.split(separator: UInt8(ascii: ":")).map { Digits.number($0) }
        if parts.count == 2, word.count <= 5, let hour = parts[0], let minute = parts[1] {
            return clock.withoutYear(month: month, day: day, hour: hour, minute: minute)
        }
        guard parts.count == 1, word.count == 4, let year = parts[0] else { return nil }
        let civil = CivilTime(year: year, month: month, day: day)
        return civil.secondsSinceEpoch.map { clock.modificationTime($0, resolution: .day) }
    }

    /// `2026-11-21 04:04`, with or without seconds (GNU ls --time-style=long-iso).
    private func isoDate(_ fields: Fields, at first: Int) -> FoundDate? {
        let date = fields[first].split(separator: UInt8(ascii: "-")).map { Digits.number($0) ?? 0 }
        guard fields[first].count == 10, date.count == 3, first + 1 < fields.count else { return nil }
        let time = fields[first + 1].split(separator: UInt8(ascii: ":")).map { Digits.number($0.prefix(2)) ?? 99 }
        guard time.count == 2 || time.count == 3 else { return nil }
        let civil = CivilTime(
            year: date[0], month: date[1], day: date[2], hour: time[0], minute: time[1],
            second: time.count == 3 ? time[2] : 0)
        guard let seconds = civil.secondsSinceEpoch else { return nil }
        let resolution = time.count == 3 ? TimeResolution.second : .minute
        return FoundDate(
            firstField: first, lastField: first + 1, time: clock.modificationTime(seconds, resolution: resolution))
    }

    private static func day(_ word: ArraySlice<UInt8>) -> Int? {
        Digits.number(word).flatMap { (1...31).contains($0) ? $0 : nil }
    }

    private static func month(_ word: ArraySlice<UInt8>) -> Int? {
        guard word.count == 3 else { return nil }
        let lower = word.map { $0 | 0x20 }
        return months.firstIndex(of: lower).map { $0 + 1 }
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ].map { Array($0.utf8) }
}
