import FileModel
import SQLite
import SyncCore

/// An operation about to begin: what a later run needs to finish it or to clean up after it.
struct Intent: Hashable, Sendable {
    /// Unique in this archive; names the temporary file.
    var operation: Int64
    var path: RemotePath
    /// The side that is written to.
    var side: Side
    var temporary: RemotePath
    /// Where the displaced content goes: trash, or a conflict copy.
    var kept: RemotePath?
    /// What is copied, as it was seen on the other side.
    var source: Entry
    /// What stood at the path before.
    var target: Entry?
}

extension Archive {
    private static let placeholders = Array(repeating: "?", count: 5 + 2 * EntryColumns.count).joined(separator: ", ")

    func add(_ intents: [Intent]) throws(StorageError) {
        guard !intents.isEmpty else { return }
        try database.transaction { () throws(StorageError) in
            for intent in intents { try add(intent) }
        }
    }

    private func add(_ intent: Intent) throws(StorageError) {
        let values: [SQLValue] = [
            .integer(intent.operation), .blob(intent.path.bytes), .text(intent.side.rawValue),
            .blob(intent.temporary.bytes), SQLValue(intent.kept?.bytes),
        ]
        try database.run(
            "INSERT OR REPLACE INTO intents VALUES (\(Self.placeholders))",
            values + EntryColumns.values(intent.source) + EntryColumns.values(intent.target))
    }

    func removeIntent(_ operation: Int64) throws(StorageError) {
        try database.run("DELETE FROM intents WHERE operation = ?", .integer(operation))
    }

    /// The operations that an earlier run began and did not finish.
    func openIntents() throws(StorageError) -> [Intent] {
        let rows = try database.query("SELECT * FROM intents ORDER BY operation")
        var result: [Intent] = []
        while try rows.step() {
            guard let path = try? RemotePath(rows.blob(1)), let side = Side(rawValue: rows.text(2)),
                let temporary = try? RemotePath(rows.blob(3)), let source = EntryColumns.read(rows, from: 5)
            else { continue }
            result.append(
                Intent(
                    operation: rows.integer(0), path: path, side: side, temporary: temporary,
                    kept: rows.optionalBlob(4).flatMap { try? RemotePath($0) }, source: source,
                    target: EntryColumns.read(rows, from: 5 + EntryColumns.count)))
        }
        return result
    }
}
