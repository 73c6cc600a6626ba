import FileModel
import NIOCore

/// How a directory is listed.
public enum ListingMode: Hashable, Sendable {
    /// MLSD: facts, UTC times.
    case machine
    /// LIST: what people see.
    case human
}

/// Turns the bytes of a listing into entries as they arrive. Memory is bounded by the longest line.
struct ListingReader {
    private let mode: ListingMode
    private var human: HumanListing
    private var unfinished: [UInt8] = []
    /// Whether a line of the directory itself (`.`, `type=cdir`) was seen, which proves that it was read.
    private(set) var sawDirectoryItself = false
    private(set) var lineCount = 0
    private var budget: ListingBudget

    static let longestLine = 64 * 1024

    init(_ mode: ListingMode, clock: ListingClock, budget: ListingBudget = ListingBudget()) {
        self.mode = mode
        human = HumanListing(clock: clock)
        self.budget = budget
    }

    /// The entries of the lines that `bytes` completes.
    ///
    /// - Throws: `.protocolViolation` for a line that cannot be read.
    mutating func read(_ bytes: ByteBuffer) throws(StorageError) -> [DirectoryEntry] {
        let all = Array(bytes.readableBytesView)
        var entries: [DirectoryEntry] = []
        var start = 0
        while let end = all[start...].firstIndex(of: 10) {
            let line = unfinished.isEmpty ? all[start..<end] : (unfinished + all[start..<end])[...]
            unfinished = []
            try take(line, &entries)
            start = end + 1
        }
        unfinished += all[start...]
        try checkLength(unfinished[...])
        return entries
    }

    private func checkLength(_ line: ArraySlice<UInt8>) throws(StorageError) {
        guard line.count > Self.longestLine else { return }
        throw unreadableListing(line, "it is longer than \(Self.longestLine / 1024) KiB, or does not end")
    }

    /// The entry of a last line without its line end, and those that waited for more.
    mutating func finish() throws(StorageError) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        try take(unfinished[...], &entries)
        unfinished = []
        if mode == .human { keep(try human.finish(), &entries) }
        return entries
    }

    private mutating func take(_ line: ArraySlice<UInt8>, _ entries: inout [DirectoryEntry]) throws(StorageError) {
        let line = line.last == 13 ? line.dropLast() : line
        guard !line.isEmpty else { return }
        try checkLength(line)
        lineCount += 1
        if mode == .machine { return try take(try MachineListing.parse(line), &entries) }
        let parsed = try human.parse(line)
        // A line that says nothing yet is kept, so it counts like a name.
        try budget.spend(parsed.isEmpty ? Array(line) : parsed.first?.name?.bytes ?? [])
        if parsed == [.heading] { lineCount -= 1 }
        keep(parsed, &entries)
    }

    private mutating func take(_ line: ListingLine, _ entries: inout [DirectoryEntry]) throws(StorageError) {
        try budget.spend(line.name?.bytes ?? [])
        keep(line, &entries)
    }

    private mutating func keep(_ lines: [ListingLine], _ entries: inout [DirectoryEntry]) {
        for line in lines { keep(line, &entries) }
    }

    private mutating func keep(_ line: ListingLine, _ entries: inout [DirectoryEntry]) {
        switch line {
        case .entry(let entry): entries.append(entry)
        case .directoryItself: sawDirectoryItself = true
        case .heading: break
        }
    }
}
