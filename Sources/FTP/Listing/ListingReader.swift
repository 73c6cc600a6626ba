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

    static let longestLine = 64 * 1024

    init(_ mode: ListingMode, clock: ListingClock) {
        self.mode = mode
        self.clock = clock
    }

    /// The entries of the lines that `bytes` completes.
    ///
    /// - Throws: `.protocolViolation` for a line that cannot be read.
    mutating func read(_ bytes: ByteBuffer) throws(StorageError) -> [DirectoryEntry] {
        let all = unfinished + bytes.readableBytesView
        var entries: [DirectoryEntry] = []
        var start = 0
        while let end = all[start...].firstIndex(of: 10) {
            try take(all[start..<end], &entries)
            start = end + 1
        }
        unfinished = Array(all[start...])
        guard unfinished.count <= Self.longestLine else {
            throw unreadableListing(unfinished, "the line does not end")
        }
        return entries
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
        lineCount += 1
        switch try parse(line) {
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
