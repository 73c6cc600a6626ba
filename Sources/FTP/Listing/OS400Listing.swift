import FileModel

/// Lines of IBM i (OS/400) with LISTFMT 0: `BAILEYSE     5263360 06/11/97 12:27:39 *FILE     BPTFSAVF`.
///
/// Owner and size may be missing, a member has neither size nor date. Days, months and years come in the order that the
/// server's job is set to, which a line does not tell: the entries are held back until one of them can be read in one
/// order only.
struct OS400Listing: ListingFamily {
    let clock: ListingClock
    private var orders = DateOrder.allCases
    private var held: [Line] = []

    private struct Line {
        var name: [UInt8]
        var attributes: FileAttributes
        /// Three numbers, hour, minute, second; nil where there is no date.
        var date: OS400Date?
        var text: [UInt8]
    }

    init(clock: ListingClock) {
        self.clock = clock
    }

    mutating func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> [ListingLine]? {
        let fields = Fields(line, limit: 8)
        guard let mark = fields.ranges.indices.first(where: { Self.isType(fields[$0]) }), mark <= 5 else { return nil }
        let text = Self.name(fields, mark)
        let isBelow = text.last == UInt8(ascii: "/")
        var attributes = FileAttributes(type: isBelow ? .directory : Self.type(fields[mark]))
        let date = try date(fields, before: mark, &attributes)
        if attributes.type == .regular {
            let word = date.first > 0 ? fields[date.first - 1] : []
            let isNumber = !word.isEmpty && word.allSatisfy { (48...57).contains($0) }
            let size = isNumber ? try listedSize(word, line) : nil
            attributes.size = size.map(Int64.init) ?? 0
            attributes.hasExactSize = size != nil
        }
        let name = isBelow ? text.dropLast() : text
        guard let written = date.written else { return [try ListingLine(name, attributes, in: line)] }
        held.append(Line(name: Array(name), attributes: attributes, date: written, text: Array(line)))
        orders = orders.filter { written.date(in: $0) != nil }
        if orders.isEmpty { throw unreadableDate(fields.words(date.first..<mark), line, nil) }
        return orders.count == 1 ? try release() : []
    }

    /// Where no line tells the order, the times are not known.
    mutating func finish() throws(StorageError) -> [ListingLine] { try release() }

    private mutating func release() throws(StorageError) -> [ListingLine] {
        defer { held = [] }
        var lines: [ListingLine] = []
        for var line in held {
            let dates = Set(orders.map { line.date?.date(in: $0) })
            if dates.count == 1, let date = dates.first ?? nil {
                line.attributes.modified = clock.modificationTime(date, resolution: .second)
            }
            lines.append(try ListingLine(line.name, line.attributes, in: line.text[...]))
        }
        return lines
    }

    /// Finds the date before the type's word.
    ///
    /// - Returns: the first word of the date, and the date unless it was read by the pattern or there is none.
    private func date(
        _ fields: Fields, before mark: Int, _ attributes: inout FileAttributes
    ) throws(StorageError) -> (first: Int, written: OS400Date?) {
        if let pattern = clock.pattern {
            let first = max(0, mark - pattern.wordCount)
            let hasDate = fields.words(first..<mark).contains { (48...57).contains($0) }
            guard mark >= pattern.wordCount, hasDate else { return (mark, nil) }
            guard let (date, _) = pattern.read(fields.line[fields.ranges[first].lowerBound...]),
                let time = clock.modificationTime(date, resolution: pattern.resolution)
            else {
                throw unreadableDate(fields.words(first..<mark), fields.line, pattern)
            }
            attributes.modified = time
            return (first, nil)
        }
        guard mark >= 2, fields[mark - 2].contains(where: { "/.-,".utf8.contains($0) }) else { return (mark, nil) }
        guard let date = OS400Date(fields[mark - 2], fields[mark - 1]) else {
            throw unreadableDate(fields.words(mark - 2..<mark), fields.line, nil)
        }
        return (mark - 2, date)
    }

    /// `*FILE`, `*DIR`: an object type.
    private static func isType(_ word: ArraySlice<UInt8>) -> Bool {
        word.first == UInt8(ascii: "*") && (2...10).contains(word.count)
            && word.dropFirst().allSatisfy { (0x41...0x5A).contains($0) || (48...57).contains($0) }
    }

    private static func type(_ word: ArraySlice<UInt8>) -> FileType {
        switch String(decoding: word, as: UTF8.self) {
        case "*DIR", "*DDIR", "*LIB", "*FLR": .directory
        case "*STMF", "*DSTMF", "*FILE", "*MEM", "*DOC": .regular
        case "*SYMLNK": .symbolicLink
        default: .special
        }
    }

    /// The type fills ten columns, and a space follows; some servers do not fill them.
    private static func name(_ fields: Fields, _ mark: Int) -> ArraySlice<UInt8> {
        let rest = fields.line[fields.ranges[mark].upperBound...]
        return rest.dropFirst(min(rest.prefix { $0 == 32 }.count, 11 - fields[mark].count))
    }
}

/// In which order a date names day, month and year.
private enum DateOrder: CaseIterable {
    case monthDayYear, dayMonthYear, yearMonthDay
}

/// Three numbers whose order is not known, and a time.
private struct OS400Date {
    private let numbers: [Int]
    private let time: [Int]

    /// `06/11/97`, `11.06.97`, `97-06-11`; `12:27:39`, also with dots or commas.
    init?(_ date: ArraySlice<UInt8>, _ time: ArraySlice<UInt8>) {
        let date = date.split { "/.-,".utf8.contains($0) }.map { $0.count <= 2 ? Digits.number($0) ?? -1 : -1 }
        let time = time.split { ":.,".utf8.contains($0) }.map { $0.count <= 2 ? Digits.number($0) ?? -1 : -1 }
        guard date.count == 3, time.count == 3, !(date + time).contains(-1) else { return nil }
        numbers = date
        self.time = time
    }

    /// - Returns: nil when there is no such day.
    func date(in order: DateOrder) -> WrittenDate? {
        var date = WrittenDate()
        (date.hour, date.minute, date.second) = (time[0], time[1], time[2])
        switch order {
        case .monthDayYear: (date.month, date.day, date.year) = (numbers[0], numbers[1], numbers[2])
        case .dayMonthYear: (date.day, date.month, date.year) = (numbers[0], numbers[1], numbers[2])
        case .yearMonthDay: (date.year, date.month, date.day) = (numbers[0], numbers[1], numbers[2])
        }
        let year = WrittenDate.century(date.year ?? 0)
        date.year = year
        return CivilTime(date, year: year).secondsSinceEpoch == nil ? nil : date
    }
}
