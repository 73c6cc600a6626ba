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
    private let clock: ListingClock
    private var unfinished: [UInt8] = []
    /// Whether a line of the directory itself (`.`, `type=cdir`) was seen, which proves that it was read.
    private(set) var sawDirectoryItself = false
    private(set) var lineCount = 0
    private var budget: ListingBudget

    static let longestLine = 64 * 1024

    init(_ mode: ListingMode, clock: ListingClock, budget: ListingBudget = ListingBudget()) {
        self.mode = mode
        self.clock = clock
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

    /// The entry of a last line without its line end.
    mutating func finish() throws(StorageError) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        try take(unfinished[...], &entries)
        unfinished = []
        return entries
    }

    private mutating func take(_ line: ArraySlice<UInt8>, _ entries: inout [DirectoryEntry]) throws(StorageError) {
        let line = line.last == 13 ? line.dropLast() : line
        guard !line.isEmpty else { return }
        try checkLength(line)
        lineCount += 1
        let parsed = try parse(line)
        try budget.spend(parsed.name?.bytes ?? [])
        switch parsed {
        case .entry(let entry): entries.append(entry)
        case .directoryItself: sawDirectoryItself = true
        case .heading: lineCount -= 1
        }
    }

    private func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> ListingLine {
        if mode == .machine { return try MachineListing.parse(line) }
        if let entry = try UnixListing(clock: clock).parse(line) { return entry }
        if let entry = try DOSListing(clock: clock).parse(line) { return entry }
        if Self.isHeading(line) { return .heading }
        throw unreadableListing(line)
    }

    /// `total 12`.
    private static func isHeading(_ line: ArraySlice<UInt8>) -> Bool {
        let words = line.split(separator: 32)
        return words.count == 2 && words[0].elementsEqual("total".utf8) && Digits.number(words[1]) != nil
    }
}
