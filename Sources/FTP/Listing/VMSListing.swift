import FileModel

/// Lines of OpenVMS: `CII-MANUAL.TEX;1  213/216  29-JAN-1996 03:33:12  [ANONYMOU,ANONYMOUS]   (RWED,RWED,,)`.
///
/// A long name has a line of its own. Each version of a file is listed, the newest first; only that one is shown, under
/// its name without the version, which stands for the newest in every command. Sizes are blocks of 512 bytes, the last
/// of which may not be full.
struct VMSListing: ListingFamily {
    let clock: ListingClock
    /// A name whose other columns follow in the next line.
    private var unfinished: [UInt8]?
    /// The newest version so far of the name listed last.
    private var newest: (name: VMSName, entry: ListingLine)?

    init(clock: ListingClock) {
        self.clock = clock
    }

    mutating func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> [ListingLine]? {
        let fields = Fields(line, limit: 8)
        guard fields.count > 0 else { return [.heading] }
        if let name = unfinished {
            guard line.first == 32 || line.first == 9 else {
                throw unreadableListing(name, "the line that should tell the rest of it is \(quoted(line.prefix(200)))")
            }
            unfinished = nil
            return try take(VMSName(name[...]), fields, from: 0, name + [32] + line)
        }
        if Self.isHeading(fields) { return [.heading] }
        guard let name = VMSName(fields[0]) else { return nil }
        guard fields.count > 1 else {
            unfinished = Array(fields[0])
            return []
        }
        return try take(name, fields, from: 1, Array(line))
    }

    mutating func finish() throws(StorageError) -> [ListingLine] {
        if let unfinished { throw unreadableListing(unfinished, "its other columns are missing") }
        defer { newest = nil }
        return newest.map { [$0.entry] } ?? []
    }

    /// - Returns: the entry before this one, once this is known not to be another version of it.
    private mutating func take(
        _ name: VMSName?, _ fields: Fields, from first: Int, _ line: [UInt8]
    ) throws(StorageError) -> [ListingLine]? {
        guard let name, let attributes = try attributes(name, fields, from: first, line) else { return nil }
        // The master file directory lists itself.
        let isSelf = name.isDirectory && name.plain.elementsEqual("000000".utf8)
        let entry = isSelf ? .directoryItself : try ListingLine(name.plain, attributes, in: line[...])
        if let newest, newest.name.isSameFile(as: name) {
            if name.version > newest.name.version { self.newest = (name, entry) }
            return []
        }
        defer { newest = (name, entry) }
        return newest.map { [$0.entry] } ?? []
    }

    private func attributes(
        _ name: VMSName, _ fields: Fields, from first: Int, _ line: [UInt8]
    ) throws(StorageError) -> FileAttributes? {
        var attributes = FileAttributes(type: name.isDirectory ? .directory : .regular)
        if Self.isRefusal(fields, from: first) {
            // It is there, and nothing of it may be known: neither a size nor a time would be true.
            if !name.isDirectory { attributes.type = .special }
            return attributes
        }
        var next = first
        if let blocks = Self.blocks(fields[first]) {
            attributes.size = name.isDirectory ? 0 : blocks * 512
            attributes.hasExactSize = name.isDirectory
            next += 1
        }
        guard next < fields.count else { return nil }
        guard let date = date(fields, at: next) else {
            throw unreadableDate(fields.words(next..<min(fields.count, next + 2)), line, clock.pattern)
        }
        attributes.modified = date
        attributes.permissions = Self.permissions(fields)
        return attributes
    }

    /// `Directory DISK$USER:[JOE]`, `Total of 11 files, 2966 blocks.`, `Grand total of 2 directories, …`.
    private static func isHeading(_ fields: Fields) -> Bool {
        guard fields.count > 1 else { return false }
        let first = fields[0].map { $0 | 0x20 }
        if first.elementsEqual("directory".utf8) { return fields.words(1..<fields.count).last == UInt8(ascii: "]") }
        let isTotal = first.elementsEqual("total".utf8) || first.elementsEqual("grand".utf8)
        return isTotal && fields.line.contains { (48...57).contains($0) } && fields.count > 3
    }

    /// `%RMS-E-PRV, insufficient privilege or file protection violation`, `insufficient privilege …`.
    private static func isRefusal(_ fields: Fields, from first: Int) -> Bool {
        if fields[first].first == UInt8(ascii: "%") { return true }
        let words = String(decoding: fields.line[fields.ranges[first].lowerBound...].prefix(80), as: UTF8.self)
        return words.lowercased().hasPrefix("insufficient privilege") || words.lowercased().hasPrefix("no privilege")
    }

    /// `213/216` (used and allocated) or `213`.
    private static func blocks(_ word: ArraySlice<UInt8>) -> Int64? {
        let parts = word.split(separator: UInt8(ascii: "/"))
        guard let used = parts.first, parts.count <= 2, used.count <= 15 else { return nil }
        return Digits.number(used).map(Int64.init)
    }

    /// `29-JAN-1996 03:33:12`, `30-DEC-1996 17:44`, with or without hundredths.
    private func date(_ fields: Fields, at first: Int) -> ModificationTime? {
        if let pattern = clock.pattern {
            let text = fields.line[fields.ranges[first].lowerBound...]
            return pattern.read(text).flatMap { clock.modificationTime($0.date, resolution: pattern.resolution) }
        }
        let parts = fields[first].split(separator: UInt8(ascii: "-"))
        guard parts.count == 3, first + 1 < fields.count, let month = MonthName.number(of: parts[1]),
            let day = Digits.number(parts[0]), let year = Digits.number(parts[2])
        else { return nil }
        let time = fields[first + 1].prefix { $0 != UInt8(ascii: ".") }
            .split(separator: UInt8(ascii: ":")).map { Digits.number($0) ?? 99 }
        guard time.count == 2 || time.count == 3 else { return nil }
        var date = WrittenDate()
        (date.year, date.month, date.day, date.hour, date.minute) = (year, month, day, time[0], time[1])
        if time.count == 3 { date.second = time[2] }
        return clock.modificationTime(date, resolution: time.count == 3 ? .second : .minute)
    }

    /// `(RWED,RWED,RE,)`: system, owner, group, world; each may read, write, execute and delete.
    private static func permissions(_ fields: Fields) -> UInt16? {
        guard let last = fields.ranges.indices.last, fields[last].first == UInt8(ascii: "("),
            fields[last].last == UInt8(ascii: ")")
        else { return nil }
        let classes = fields[last].dropFirst().dropLast()
            .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard classes.count == 4 else { return nil }
        return classes.dropFirst().reduce(UInt16(0)) { mode, letters in
            mode << 3 | (letters.contains(UInt8(ascii: "R")) ? 4 : 0) | (letters.contains(UInt8(ascii: "W")) ? 2 : 0)
                | (letters.contains(UInt8(ascii: "E")) ? 1 : 0)
        }
    }
}

/// `NAME.TYPE;VERSION`.
private struct VMSName {
    /// Without the version; for a directory without `.DIR`, too.
    let plain: ArraySlice<UInt8>
    let isDirectory: Bool
    let version: Int

    /// - Returns: nil for a word that does not end in a version.
    init?(_ word: ArraySlice<UInt8>) {
        guard let semicolon = word.lastIndex(of: UInt8(ascii: ";")), semicolon > word.startIndex,
            let version = Digits.number(word[(semicolon + 1)...])
        else { return nil }
        self.version = version
        let name = word[..<semicolon]
        isDirectory = name.count > 4 && name.suffix(4).map { $0 & 0xDF }.elementsEqual([0x0E, 0x44, 0x49, 0x52])
        plain = isDirectory ? name.dropLast(4) : name
    }

    func isSameFile(as other: VMSName) -> Bool { isDirectory == other.isDirectory && plain == other.plain }
}
