import FileModel
import Glibc
import SQLite
import SyncCore

/// What both sides looked like when they were last known to be equal, path by path, in one SQLite file.
///
/// One run owns it at a time (`RunLock`). It is written only after a verified success, in batches: being behind the
/// truth is harmless (equal files are adopted again), being ahead never happens.
final class Archive {
    let database: Database
    private(set) var header: ArchiveHeader

    /// Format 2. Paths are split at the last name, so that a directory's children lie together.
    private static let schema = [
        """
        CREATE TABLE header (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE records (
            parent BLOB NOT NULL, name BLOB NOT NULL,
            \((EntryColumns.names("local") + EntryColumns.names("remote")).joined(separator: ", ")),
            synced_seconds INTEGER NOT NULL, synced_nanoseconds INTEGER NOT NULL,
            state INTEGER NOT NULL, attempts INTEGER NOT NULL,
            PRIMARY KEY (parent, name)) WITHOUT ROWID;
        CREATE TABLE intents (
            operation INTEGER PRIMARY KEY, path BLOB NOT NULL, side TEXT NOT NULL, temporary BLOB NOT NULL,
            kept BLOB, \((EntryColumns.names("source") + EntryColumns.names("target")).joined(separator: ", ")));
        """,
        // `syncctl status` asks for them while an archive of a million records lies open elsewhere.
        "CREATE INDEX pending_deletions ON records (parent, name) WHERE state = \(deletePendingCode)",
    ]

    static let applicationID: Int32 = 0x524D_5241
    /// A record's state in its column.
    static let deletePendingCode: Int64 = 2

    /// Opens the archive of `identity` at `path`, or makes one.
    ///
    /// - Throws: `.corrupted` when the file cannot be used, `.rootMissing` when it belongs to another identity.
    convenience init(_ path: String, _ identity: ArchiveIdentity) throws(StorageError) {
        let options = DatabaseOptions(durability: .normal, applicationID: Self.applicationID)
        try self.init(try Database(path, options), identity)
    }

    /// An archive that leaves no file behind, for a dry run that finds none.
    static func inMemory(_ identity: ArchiveIdentity) throws(StorageError) -> Archive {
        try Archive(try Database.inMemory(), identity)
    }

    private init(_ database: Database, _ identity: ArchiveIdentity) throws(StorageError) {
        self.database = database
        let path = database.path
        try database.migrate(Self.schema)
        let fields = try Self.fields(database)
        if fields.isEmpty {
            header = ArchiveHeader(identity: identity, mark: Self.newMark())
            try saveHeader()
        } else {
            guard let stored = ArchiveHeader(fields) else {
                throw StorageError(.corrupted, "the archive \(path) has lost its header")
            }
            header = stored
        }
        guard header.identity == identity else {
            throw StorageError(.rootMissing, "the archive \(path) belongs to other folders")
        }
    }

    private static func newMark() -> String {
        let digits = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    static func fields(_ database: Database) throws(StorageError) -> [String: String] {
        var fields: [String: String] = [:]
        let rows = try database.query("SELECT name, value FROM header")
        while try rows.step() { fields[rows.text(0)] = rows.text(1) }
        return fields
    }

    func updateHeader(_ change: (inout ArchiveHeader) -> Void) throws(StorageError) {
        let before = header
        change(&header)
        if header != before { try saveHeader() }
    }

    private func saveHeader() throws(StorageError) {
        let header = header
        try database.transaction { () throws(StorageError) in
            for (name, value) in header.fields {
                try database.run("INSERT OR REPLACE INTO header VALUES (?, ?)", .text(name), .text(value))
            }
        }
    }

    /// Numbers for the next operations, never given before.
    func reserveOperations(_ count: Int) throws(StorageError) -> Int64 {
        let first = header.nextOperation
        try updateHeader { $0.nextOperation += Int64(count) }
        return first
    }
}
