import FileModel

/// Lines as IIS writes them: `11-21-26  04:04PM       <DIR>          name`, `11-21-2026  16:04   1234 name`.
struct DOSListing {
    let clock: ListingClock

    /// - Returns: nil when the line is not of this shape.
    func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> ListingLine? {
        let fields = Fields(line, limit: 3)
        guard fields.count == 3, let date = Self.date(fields[0]), let time = Self.time(fields[1]) else { return nil }
        let civil = CivilTime(
            year: date.year, month: date.month, day: date.day, hour: time.hour, minute: time.minute)
        guard let seconds = civil.secondsSinceEpoch, let kind = Self.kind(fields[2]) else { return nil }
        let name = kind.type == .regular ? fields.rest(after: 2) : Self.nameAfterMark(fields)
        if name.elementsEqual([46]) || name.elementsEqual([46, 46]) { return .directoryItself }
        let modified = clock.modificationTime(seconds, resolution: .minute)
        do throws(StorageError) {
            let attributes = FileAttributes(type: kind.type, size: kind.size, modified: modified)
            return .entry(DirectoryEntry(name: try FileName(name), attributes: attributes))
        } catch {
            throw unreadableListing(line, error.message)
        }
    }

    private static func kind(_ word: ArraySlice<UInt8>) -> (type: FileType, size: Int64)? {
        switch String(decoding: word, as: UTF8.self).uppercased() {
        case "<DIR>", "<JUNCTION>": return (.directory, 0)
        case "<SYMLINK>", "<SYMLINKD>": return (.symbolicLink, 0)
        default: return Digits.number(word.filter { $0 != UInt8(ascii: ",") }).map { (.regular, Int64($0)) }
        }
    }

    /// After `<DIR>` the name starts ten columns further on; fewer spaces belong to nobody's name.
    private static func nameAfterMark(_ fields: Fields) -> ArraySlice<UInt8> {
        let rest = fields.line[fields.ranges[2].upperBound...]
        let spaces = rest.prefix { $0 == 32 }.count
        return rest.dropFirst(min(spaces, 10))
    }

    /// `MM-DD-YY`, `MM-DD-YYYY`, `YYYY-MM-DD`, also with slashes.
    private static func date(_ word: ArraySlice<UInt8>) -> (year: Int, month: Int, day: Int)? {
        let parts = word.split { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "/") }
        let numbers = parts.compactMap { Digits.number($0) }
        guard parts.count == 3, numbers.count == 3 else { return nil }
        if parts[0].count == 4 { return (numbers[0], numbers[1], numbers[2]) }
        let year = parts[2].count == 4 ? numbers[2] : numbers[2] + (numbers[2] < 70 ? 2000 : 1900)
        return (year, numbers[0], numbers[1])
    }

    /// `04:04PM`, `16:04`.
    private static func time(_ word: ArraySlice<UInt8>) -> (hour: Int, minute: Int)? {
        let text = String(decoding: word, as: UTF8.self).uppercased()
        let parts = text.prefix { $0.isNumber || $0 == ":" }.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 2 else { return nil }
        switch text.drop(while: { $0.isNumber || $0 == ":" }) {
        case "": return (parts[0], parts[1])
        case "AM": return (parts[0] % 12, parts[1])
        case "PM": return (parts[0] % 12 + 12, parts[1])
        default: return nil
        }
    }
}
