import FileModel

/// What one line of a listing says.
enum ListingLine: Equatable {
    case entry(DirectoryEntry)
    /// `.`, `..`: not an entry, but a proof that the directory was read.
    case directoryItself
    /// A heading such as `total 12`, or a part of an entry that goes on in the next line.
    case heading

    var name: FileName? {
        if case .entry(let entry) = self { entry.name } else { nil }
    }
}

extension ListingLine {
    /// An entry, or the directory itself for `.` and `..`.
    ///
    /// - Throws: `.protocolViolation` for a name that cannot be one, quoting `line`.
    init(
        _ name: some Collection<UInt8>, _ attributes: FileAttributes, in line: ArraySlice<UInt8>
    ) throws(StorageError) {
        if name.elementsEqual([46]) || name.elementsEqual([46, 46]) {
            self = .directoryItself
            return
        }
        do throws(StorageError) {
            self = .entry(DirectoryEntry(name: try FileName(name), attributes: attributes))
        } catch {
            throw unreadableListing(line, error.message)
        }
    }
}

/// Reads the lines of servers that list alike.
protocol ListingFamily {
    /// - Returns: what is known after the line, which may be nothing yet; nil when it is no line of this family.
    mutating func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> [ListingLine]?

    /// What the last lines left to say.
    mutating func finish() throws(StorageError) -> [ListingLine]
}

extension ListingFamily {
    mutating func finish() throws(StorageError) -> [ListingLine] { [] }
}

/// The error of a line that cannot be read; a listing with such a line is not complete.
func unreadableListing(_ line: some Collection<UInt8>, _ why: String = "its form is unknown") -> StorageError {
    StorageError(
        .protocolViolation, "cannot read the listing line \(quoted(Array(line.prefix(200)))): \(why)")
}

/// The number in `word`; a size that does not fit is no size.
func listedSize(_ word: ArraySlice<UInt8>, _ line: ArraySlice<UInt8>) throws(StorageError) -> Int {
    guard let size = Digits.number(word) else { throw unreadableListing(line, "no file has such a size") }
    return size
}

/// The error of a line whose date cannot be read.
///
/// - Parameter pattern: what it should have looked like; nil for the ways that are known without one.
func unreadableDate(
    _ date: some Collection<UInt8>, _ line: some Collection<UInt8>, _ pattern: DatePattern?
) -> StorageError {
    let (date, line) = (quoted(Array(date.prefix(80))), quoted(Array(line.prefix(200))))
    if let pattern {
        return StorageError(
            .configuration,
            "cannot read the date \(date) with the pattern \"\(printable(Array(pattern.description.utf8)))\" in the listing line \(line): "
                + "change remote.ftp.date_format")
    }
    return StorageError(
        .protocolViolation,
        "cannot read the date \(date) in the listing line \(line): tell its form in remote.ftp.date_format, such as "
            + "\"yy-MM-dd HH.mm.ss\"")
}
