import FileModel
import SQLite
import SyncCore

/// A change of the archive, to be written after what it speaks of was verified.
enum RecordChange: Hashable, Sendable {
    case set(RemotePath, Record)
    case remove(RemotePath)
    /// The record of the path and those of everything below.
    case removeSubtree(RemotePath)
    /// A folder was renamed on both sides: its record and those of everything below go by the new name.
    case moveSubtree(RemotePath, to: RemotePath)
    /// Only the state of an existing record.
    case setState(RemotePath, Record.State)
}

extension Archive {
    private static let columns =
        (EntryColumns.names("local") + EntryColumns.names("remote")
        + ["synced_seconds", "synced_nanoseconds", "state", "attempts"]).joined(separator: ", ")
    private static let placeholders = Array(repeating: "?", count: 2 + 2 * EntryColumns.count + 4).joined(
        separator: ", ")

    /// The records of a directory's direct children, in the order of their names.
    func children(of directory: RemotePath) throws(StorageError) -> [(name: FileName, record: Record)] {
        let rows = try database.query(
            "SELECT name, \(Self.columns) FROM records WHERE parent = ? ORDER BY name",
            .blob(PathKey.bytes(directory)))
        var result: [(name: FileName, record: Record)] = []
        while try rows.step() {
            if let name = try? FileName(rows.blob(0)) { result.append((name, Self.record(rows, from: 1))) }
        }
        return result
    }

    func record(at path: RemotePath) throws(StorageError) -> Record? {
        let (parent, name) = Self.place(path)
        let rows = try database.query("SELECT \(Self.columns) FROM records WHERE parent = ? AND name = ?", parent, name)
        return try rows.step() ? Self.record(rows, from: 0) : nil
    }

    private static func record(_ row: Statement, from column: Int) -> Record {
        let rest = column + 2 * EntryColumns.count
        let nanoseconds = min(max(row.integer(rest + 1), 0), 999_999_999)
        return Record(
            local: EntryColumns.read(row, from: column),
            remote: EntryColumns.read(row, from: column + EntryColumns.count),
            syncedAt: Timestamp(seconds: row.integer(rest), nanoseconds: Int32(nanoseconds)),
            state: state(row.integer(rest + 2), attempts: row.integer(rest + 3)))
    }

    func hasRecords(below directory: RemotePath) throws(StorageError) -> Bool {
        let (first, end) = PathKey.below(directory)
        return try database.query(
            "SELECT 1 FROM records WHERE parent = ? OR (parent >= ? AND parent < ?) LIMIT 1",
            .blob(PathKey.bytes(directory)), .blob(first), .blob(end)
        ).step()
    }

    func count() throws(StorageError) -> Int {
        let rows = try database.query("SELECT count(*) FROM records")
        return try rows.step() ? Int(rows.integer(0)) : 0
    }

    /// How many folders there were at the last run; counting ends at `limit`.
    func countFolders(limit: Int) throws(StorageError) -> Int {
        let rows = try database.query(
            "SELECT count(*) FROM (SELECT 1 FROM records WHERE remote_type = 1 LIMIT ?)", .integer(Int64(limit)))
        return try rows.step() ? Int(rows.integer(0)) : 0
    }

    /// How many records have an entry of a file on that side.
    func countFiles(_ side: Side) throws(StorageError) -> Int {
        let rows = try database.query("SELECT count(*) FROM records WHERE \(side.rawValue)_type <> 1")
        return try rows.step() ? Int(rows.integer(0)) : 0
    }

    /// Writes all changes, and ends the intents they belong to, in one transaction.
    func apply(_ changes: [RecordChange], finished operations: [Int64] = []) throws(StorageError) {
        guard !changes.isEmpty || !operations.isEmpty else { return }
        try database.transaction { () throws(StorageError) in
            for change in changes { try apply(change) }
            for operation in operations { try removeIntent(operation) }
        }
    }

    private func apply(_ change: RecordChange) throws(StorageError) {
        switch change {
        case .set(let path, let record): try set(path, record)
        case .remove(let path): try remove(path)
        case .removeSubtree(let path):
            try remove(path)
            try removeBelow(path)
        case .moveSubtree(let source, let target): try moveSubtree(source, to: target)
        case .setState(let path, let state):
            let (code, attempts) = Self.code(state)
            let (parent, name) = Self.place(path)
            try database.run(
                "UPDATE records SET state = ?, attempts = ? WHERE parent = ? AND name = ?", .integer(code),
                .integer(attempts), parent, name)
        }
    }

    private func set(_ path: RemotePath, _ record: Record) throws(StorageError) {
        let (parent, name) = Self.place(path)
        let (code, attempts) = Self.code(record.state)
        let values =
            [parent, name] + EntryColumns.values(record.entries.local) + EntryColumns.values(record.entries.remote) + [
                .integer(record.syncedAt.seconds), .integer(Int64(record.syncedAt.nanoseconds)), .integer(code),
                .integer(attempts),
            ]
        try database.run("INSERT OR REPLACE INTO records VALUES (\(Self.placeholders))", values)
    }

    private func remove(_ path: RemotePath) throws(StorageError) {
        let (parent, name) = Self.place(path)
        try database.run("DELETE FROM records WHERE parent = ? AND name = ?", parent, name)
    }

    private func removeBelow(_ path: RemotePath) throws(StorageError) {
        let (first, end) = PathKey.below(path)
        try database.run("DELETE FROM records WHERE parent = ?", .blob(PathKey.bytes(path)))
        try database.run("DELETE FROM records WHERE parent >= ? AND parent < ?", .blob(first), .blob(end))
    }

    private func moveSubtree(_ source: RemotePath, to target: RemotePath) throws(StorageError) {
        try remove(target)
        try removeBelow(target)
        let (parent, name) = Self.place(source)
        let (newParent, newName) = Self.place(target)
        try database.run(
            "UPDATE records SET parent = ?, name = ? WHERE parent = ? AND name = ?", newParent, newName, parent, name)
        let (old, new) = (PathKey.bytes(source), PathKey.bytes(target))
        let (first, end) = PathKey.below(source)
        try database.run(
            """
            UPDATE records SET parent = CAST(? || substr(parent, ?) AS BLOB)
            WHERE parent = ? OR (parent >= ? AND parent < ?)
            """, .blob(new), .integer(Int64(old.count + 1)), .blob(old), .blob(first), .blob(end))
    }

    private static func place(_ path: RemotePath) -> (parent: SQLValue, name: SQLValue) {
        (.blob(PathKey.bytes(path.parent ?? .root)), .blob(path.name?.bytes ?? []))
    }

    private static func code(_ state: Record.State) -> (code: Int64, attempts: Int64) {
        switch state {
        case .clean: (0, 0)
        case .tombstone: (1, 0)
        case .deletePending(let attempts): (deletePendingCode, Int64(attempts))
        case .blocked: (3, 0)
        }
    }

    private static func state(_ code: Int64, attempts: Int64) -> Record.State {
        switch code {
        case 1: .tombstone
        case deletePendingCode: .deletePending(attempts: Int(clamping: attempts))
        case 3: .blocked
        default: .clean
        }
    }
}
