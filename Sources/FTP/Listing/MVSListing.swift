import FileModel

/// Listings of z/OS (MVS), which start with a line that names their columns.
///
/// Data sets tell when they were used last, not when they changed, and their size in tracks: neither a time nor a size
/// comes out of that. Members of a partitioned data set tell a time and a number of records.
struct MVSListing: ListingFamily {
    private enum Kind { case dataSets, members, loadModules }

    let clock: ListingClock
    private var kind: Kind?

    init(clock: ListingClock) {
        self.clock = clock
    }

    mutating func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> [ListingLine]? {
        let fields = Fields(line, limit: 12)
        guard fields.count > 0 else { return kind == nil ? nil : [.heading] }
        if kind == nil {
            kind = try Self.kind(fields)
            return kind == nil ? nil : [.heading]
        }
        switch kind {
        case .dataSets: return [try dataSet(fields)]
        case .members, .loadModules: return [try member(fields)]
        case nil: return nil
        }
    }

    private static func kind(_ fields: Fields) throws(StorageError) -> Kind? {
        let words = fields.ranges.indices.prefix(9).map { String(decoding: fields[$0].prefix(12), as: UTF8.self) }
        if words.starts(with: ["Volume", "Unit"]) { return .dataSets }
        if words.starts(with: ["Name", "VV.MM"]) { return .members }
        if words.starts(with: ["Name", "Size", "TTR"]) { return .loadModules }
        if words.starts(with: ["JOBNAME", "JOBID"]) {
            throw StorageError(
                .unsupported,
                "the server lists jobs (FILETYPE=JES) in place of files: have its administrator set FILETYPE=SEQ for "
                    + "this login", serverReply: nil)
        }
        return nil
    }

    // MARK: Data sets

    /// `APCSPL 3380   1996/03/11  1   38  FB      80  6160  PS  USER.DATA`, and what stands there for a data set that
    /// is on no disk: `Migrated`, `Pseudo Directory`, `Not Mounted`.
    private func dataSet(_ fields: Fields) throws(StorageError) -> ListingLine {
        let last = fields.count - 1
        guard last > 0 else { throw unreadableListing(fields.line, "a data set without attributes") }
        let words = (0..<last).map { String(decoding: fields[$0].prefix(12), as: UTF8.self).uppercased() }
        var attributes = FileAttributes(type: .special)
        switch (words[0], words.count > 1 ? words[1] : "") {
        case ("PSEUDO", "DIRECTORY"): attributes.type = .directory
        // Reading it brings it back from the archive.
        case ("MIGRATED", _), ("ARCIVE", _), ("ARCHIVE", _): attributes.type = .regular
        case ("NOT", "MOUNTED"), ("ERROR", _), ("VSAM", _), ("GDG", _), ("USER", "CATALOG"): break
        default:
            guard let type = Self.type(words) else { throw unreadableListing(fields.line) }
            attributes.type = type
        }
        attributes.hasExactSize = attributes.type != .regular
        return try ListingLine(Self.unquoted(fields[last]), attributes, in: fields.line)
    }

    /// By the organisation, the last word before the name (z/OS Communications Server, DIR subcommand).
    private static func type(_ words: [String]) -> FileType? {
        guard words.count >= 3, let organisation = words.last else { return nil }
        switch organisation {
        case "PS", "PS-L", "PS-E", "PSU", "DA", "DAU", "PATH", "HFS": return .regular
        case "PO", "PO-E", "POU": return .directory
        case "VS", "VSAM", "IS", "ISU", "GDG", "**NONE**", "UNKNOWN", "U": return .special
        default: return nil
        }
    }

    /// A name in quotes is a whole one.
    private static func unquoted(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let quote = UInt8(ascii: "'")
        return name.count > 2 && name.first == quote && name.last == quote ? name.dropFirst().dropLast() : name
    }

    // MARK: Members

    /// `MEMBER   01.07 2019/05/01 2020/11/21 16:04  12  10  0 USER1`, of which a member without statistics has only its
    /// name.
    private func member(_ fields: Fields) throws(StorageError) -> ListingLine {
        var attributes = FileAttributes(type: .regular)
        attributes.hasExactSize = false
        if kind == .members, fields.count > 1 {
            guard fields.count >= 5, let date = Self.day(fields[3]), let time = Self.time(fields[4]) else {
                throw unreadableListing(fields.line)
            }
            var written = date
            (written.hour, written.minute, written.second) = (time[0], time[1], time.count > 2 ? time[2] : 0)
            let resolution = time.count > 2 ? TimeResolution.second : .minute
            guard let modified = clock.modificationTime(written, resolution: resolution) else {
                throw unreadableDate(fields.words(3..<5), fields.line, nil)
            }
            attributes.modified = modified
        }
        return try ListingLine(fields[0], attributes, in: fields.line)
    }

    /// `2020/11/21`.
    private static func day(_ word: ArraySlice<UInt8>) -> WrittenDate? {
        let parts = word.split(separator: UInt8(ascii: "/")).map { Digits.number($0) ?? 0 }
        guard word.count == 10, parts.count == 3 else { return nil }
        var date = WrittenDate()
        (date.year, date.month, date.day) = (parts[0], parts[1], parts[2])
        return date
    }

    /// `16:04` or `16:04:05`.
    private static func time(_ word: ArraySlice<UInt8>) -> [Int]? {
        let parts = word.split(separator: UInt8(ascii: ":")).map { Digits.number($0) ?? 99 }
        return parts.count == 2 || parts.count == 3 ? parts : nil
    }
}
