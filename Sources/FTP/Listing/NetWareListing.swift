import FileModel

/// Lines of Novell NetWare: `d [R----F--] supervisor            512       Jan 16 18:53    login`.
///
/// The letters are the rights of the user who asks (read, write, create, erase, access control, file scan, modify,
/// supervisor); they are no mode bits.
struct NetWareListing: ListingFamily {
    let clock: ListingClock

    func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> [ListingLine]? {
        guard let type = Self.type(line), let end = Self.endOfRights(line) else { return nil }
        let fields = Fields(line[(end + 1)...])
        guard fields.count >= 4 else { return nil }
        guard let date = ListedDateFinder(clock: clock).find(fields) else {
            let words = min(clock.pattern?.wordCount ?? 3, fields.count - 2)
            throw unreadableDate(fields.words(2..<2 + words), line, clock.pattern)
        }
        let size = type == .directory ? 0 : try listedSize(fields[date.firstField - 1], line)
        // The columns are padded; no name of NetWare starts with a space.
        let name = line[date.end...].drop { $0 == 32 }
        return [
            try ListingLine(name, FileAttributes(type: type, size: Int64(size), modified: date.time), in: line)
        ]
    }

    private static func type(_ line: ArraySlice<UInt8>) -> FileType? {
        switch line.first {
        case UInt8(ascii: "d"): .directory
        case UInt8(ascii: "-"): .regular
        default: nil
        }
    }

    /// The bracket after `[RWCEAFMS]`, with or without a space before the first.
    private static func endOfRights(_ line: ArraySlice<UInt8>) -> Int? {
        let rest = line.dropFirst().drop { $0 == 32 }
        guard rest.first == UInt8(ascii: "["), let end = rest.prefix(14).firstIndex(of: UInt8(ascii: "]")) else {
            return nil
        }
        let rights = rest[rest.startIndex..<end].dropFirst()
        return rights.allSatisfy { "RWCEAFMSN- ".utf8.contains($0) } ? end : nil
    }
}
