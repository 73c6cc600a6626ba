import FileModel
import SQLite
import SyncCore

/// How an `Entry` lies in seven columns of a table; all NULL for an entry that is not there.
enum EntryColumns {
    static let count = 7

    /// Column names with a prefix, for CREATE TABLE and SELECT.
    static func names(_ prefix: String) -> [String] {
        ["type", "size", "seconds", "nanoseconds", "resolution", "source", "identity"].map { "\(prefix)_\($0)" }
    }

    static func values(_ entry: Entry?) -> [SQLValue] {
        guard let entry else { return Array(repeating: .null, count: count) }
        let time = entry.modified
        return [
            .integer(code(entry.type)), .integer(entry.size), SQLValue(time?.time.seconds),
            SQLValue(time.map { Int64($0.time.nanoseconds) }), SQLValue(time?.resolution.nanoseconds),
            SQLValue(time.map { code($0.source) }), SQLValue(entry.identity),
        ]
    }

    /// - Returns: nil for no entry, or one that no version of this program wrote.
    static func read(_ row: Statement, from column: Int) -> Entry? {
        guard let number = row.optionalInteger(column), let type = types.dropFirst(Int(clamping: number)).first,
            number >= 0
        else { return nil }
        return Entry(
            type: type, size: row.integer(column + 1), modified: time(row, column + 2),
            identity: row.optionalText(column + 6))
    }

    private static func time(_ row: Statement, _ column: Int) -> ModificationTime? {
        guard let seconds = row.optionalInteger(column) else { return nil }
        let nanoseconds = min(max(row.integer(column + 1), 0), 999_999_999)
        let source = sources.dropFirst(Int(clamping: max(0, row.integer(column + 3)))).first ?? .list
        return ModificationTime(
            Timestamp(seconds: seconds, nanoseconds: Int32(nanoseconds)),
            resolution: TimeResolution(nanoseconds: max(1, row.integer(column + 2))), source: source)
    }

    // The position is the stored number: only ever append.
    private static let types: [FileType] = [.regular, .directory, .symbolicLink, .special]
    private static let sources: [TimeSource] = [.local, .sftp, .mlsd, .mdtm, .list]

    private static func code(_ type: FileType) -> Int64 { Int64(types.firstIndex(of: type) ?? 3) }
    private static func code(_ source: TimeSource) -> Int64 { Int64(sources.firstIndex(of: source) ?? 4) }
}

/// A path as a key that SQLite sorts as a depth-first walk visits it: `/` becomes NUL, which no name holds.
enum PathKey {
    static func bytes(_ path: RemotePath) -> [UInt8] { path.bytes.map { $0 == slash ? 0 : $0 } }

    static func path(_ key: [UInt8]) -> RemotePath? { try? RemotePath(key.map { $0 == 0 ? slash : $0 }) }

    /// Where the keys of everything below `path` begin and end (exclusive).
    static func below(_ path: RemotePath) -> (first: [UInt8], end: [UInt8]) {
        path.isRoot ? ([], []) : (bytes(path) + [0], bytes(path) + [1])
    }

    private static let slash = UInt8(ascii: "/")
}
