import FileModel

/// Lines as IIS writes them: `11-21-26  04:04PM       <DIR>          name`, `11-21-2026  16:04   1234 name`.
struct DOSListing: ListingFamily {
    let clock: ListingClock

    private struct Moment {
        var date: WrittenDate
        var resolution: TimeResolution
        /// Words of the line that it takes up.
        var words: Int
    }

    func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> [ListingLine]? {
        let fields = Fields(line, limit: 8)
        guard let moment = patternMoment(fields) ?? Self.moment(fields), moment.words < fields.count,
            let kind = Self.kind(fields[moment.words])
        else { return nil }
        guard clock.pattern == nil || patternMoment(fields) != nil,
            let modified = clock.modificationTime(moment.date, resolution: moment.resolution)
        else { throw unreadableDate(fields.words(0..<moment.words), line, clock.pattern) }
        let text =
            kind.type == .regular
            ? fields.rest(after: moment.words) : Self.nameAfterMark(fields, moment.words)
        let name = kind.type == .symbolicLink ? Self.withoutTarget(text) : text
        return [
            try ListingLine(name, FileAttributes(type: kind.type, size: kind.size, modified: modified), in: line)
        ]
    }

    private static func kind(_ word: ArraySlice<UInt8>) -> (type: FileType, size: Int64)? {
        switch String(decoding: word.prefix(12), as: UTF8.self).uppercased() {
        case "<DIR>": return (.directory, 0)
        // Who removes what is below a junction removes what it leads to: it is a link.
        case "<SYMLINK>", "<SYMLINKD>", "<JUNCTION>": return (.symbolicLink, 0)
        default: return Digits.number(word.filter { $0 != UInt8(ascii: ",") }).map { (.regular, Int64($0)) }
        }
    }

    /// After `<DIR>` the name starts ten columns further on, after longer marks so much less.
    private static func nameAfterMark(_ fields: Fields, _ mark: Int) -> ArraySlice<UInt8> {
        let rest = fields.line[fields.ranges[mark].upperBound...]
        let spaces = rest.prefix { $0 == 32 }.count
        return rest.dropFirst(min(spaces, max(1, 15 - fields[mark].count)))
    }

    /// `name [C:\target]`, as `dir` shows where a link leads.
    private static func withoutTarget(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.last == UInt8(ascii: "]") else { return text }
        for index in text.indices where text[index...].starts(with: " [".utf8) { return text[..<index] }
        return text
    }

    private func patternMoment(_ fields: Fields) -> Moment? {
        guard let pattern = clock.pattern, let first = fields.ranges.first,
            let (date, end) = pattern.read(fields.line[first.lowerBound...]),
            let last = fields.ranges.firstIndex(where: { $0.upperBound == end })
        else { return nil }
        return Moment(date: date, resolution: pattern.resolution, words: last + 1)
    }

    /// `11-21-26  04:04PM`, `11-21-2026 04:04 PM`, `2026-11-21  16:04`.
    private static func moment(_ fields: Fields) -> Moment? {
        guard fields.count >= 3, var date = date(fields[0]) else { return nil }
        var (word, words) = (Array(fields[1]), 2)
        if ["AM", "PM"].contains(String(decoding: fields[2], as: UTF8.self).uppercased()) {
            word += fields[2]
            words = 3
        }
        guard let time = time(word) else { return nil }
        (date.hour, date.minute) = time
        return Moment(date: date, resolution: .minute, words: words)
    }

    /// `MM-DD-YY`, `MM-DD-YYYY`, `YYYY-MM-DD`, also with slashes; `DD.MM.YYYY` with dots.
    private static func date(_ word: ArraySlice<UInt8>) -> WrittenDate? {
        let parts = word.split(omittingEmptySubsequences: false) { "-/.".utf8.contains($0) }
        let numbers = parts.compactMap { (1...4).contains($0.count) ? Digits.number($0) : nil }
        guard parts.count == 3, numbers.count == 3 else { return nil }
        var date = WrittenDate()
        if parts[0].count == 4 {
            (date.year, date.month, date.day) = (numbers[0], numbers[1], numbers[2])
        } else {
            date.year = parts[2].count == 4 ? numbers[2] : WrittenDate.century(numbers[2])
            (date.month, date.day) = (numbers[0], numbers[1])
            if word.contains(UInt8(ascii: ".")) { swap(&date.month, &date.day) }
        }
        return date
    }

    /// `04:04PM`, `16:04`.
    private static func time(_ word: [UInt8]) -> (hour: Int, minute: Int)? {
        let text = String(decoding: word.prefix(12), as: UTF8.self).uppercased()
        let parts = text.prefix { $0.isNumber || $0 == ":" }.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 2 else { return nil }
        switch text.drop(while: { $0.isNumber || $0 == ":" }) {
        case "": return (parts[0], parts[1])
        case "AM", "A": return (parts[0] % 12, parts[1])
        case "PM", "P": return (parts[0] % 12 + 12, parts[1])
        default: return nil
        }
    }
}
