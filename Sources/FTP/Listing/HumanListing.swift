import FileModel

/// The lines of LIST, of whatever family: the first entry tells which, and the rest has to be of the same.
struct HumanListing {
    private let clock: ListingClock
    private var family: (any ListingFamily)?

    init(clock: ListingClock) {
        self.clock = clock
    }

    /// - Throws: `.protocolViolation`, quoting a line that belongs to no family or not to this listing's.
    mutating func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> [ListingLine] {
        if family == nil, let lines = try recognise(line) { return lines }
        if let lines = try family?.parse(line) { return lines }
        if Self.isTotal(line) { return [.heading] }
        if let family {
            throw unreadableListing(line, "it is not like the lines before it (\(type(of: family)))")
        }
        throw unreadableListing(line)
    }

    mutating func finish() throws(StorageError) -> [ListingLine] { try family?.finish() ?? [] }

    private mutating func recognise(_ line: ArraySlice<UInt8>) throws(StorageError) -> [ListingLine]? {
        for var candidate in Self.families(clock) {
            guard let lines = try candidate.parse(line) else { continue }
            family = candidate
            return lines
        }
        return nil
    }

    private static func families(_ clock: ListingClock) -> [any ListingFamily] {
        [
            UnixListing(clock: clock), DOSListing(clock: clock), EPLFListing(), NetWareListing(clock: clock),
            VMSListing(clock: clock), OS400Listing(clock: clock), MVSListing(clock: clock),
        ]
    }

    /// `total 12`, `insgesamt 12K`: the disk space of a directory, as ls(1) tells it in many languages.
    private static func isTotal(_ line: ArraySlice<UInt8>) -> Bool {
        let words = line.split { $0 == 32 || $0 == 9 }
        guard words.count == 2 else { return false }
        let isNumber = words[1].contains { (48...57).contains($0) } && words[1].allSatisfy(Self.isInSize)
        return isNumber && totals.contains(words[0].map { $0 | 0x20 })
    }

    private static func isInSize(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || ".,KMGTPEiB".utf8.contains(byte)
    }

    private static let totals = Set(
        ["total", "insgesamt", "totale", "totaal", "totalt", "summa", "celkem", "razem"].map { Array($0.utf8) })
}
