public import FileModel
import SQLite

extension SQLiteRunHistory {
    static let filesSchema = """
        CREATE TABLE IF NOT EXISTS files (
            run INTEGER NOT NULL, path BLOB NOT NULL, action TEXT NOT NULL, side TEXT, bytes INTEGER NOT NULL,
            status TEXT NOT NULL, code TEXT, message TEXT, time INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS files_by_run ON files (run);
        """

    /// Rows of one run; a first run over millions of files would bury all others.
    static let mostFiles = 100_000

    public func filesEnded(_ run: Int64, _ files: [FileRecord]) throws(StorageError) {
        guard !files.isEmpty else { return }
        try database.transaction { () throws(StorageError) in
            let counted = try database.query("SELECT count(*) FROM files WHERE run = ?", .integer(run))
            let room = try counted.step() ? Self.mostFiles - Int(counted.integer(0)) : 0
            for file in files.prefix(max(0, room)) {
                try database.run(
                    """
                    INSERT INTO files (run, path, action, side, bytes, status, code, message, time)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    .integer(run), .blob(file.path.bytes), .text(file.action), SQLValue(file.side),
                    .integer(file.bytes), .text(file.status.rawValue), SQLValue(file.code), SQLValue(file.message),
                    .integer(file.time.milliseconds))
            }
        }
    }

    public func files(of run: Int64) throws(StorageError) -> [FileRecord] {
        let rows = try database.query(
            "SELECT path, action, side, bytes, status, code, message, time FROM files WHERE run = ? ORDER BY rowid",
            .integer(run))
        var records: [FileRecord] = []
        while try rows.step() {
            records.append(
                FileRecord(
                    path: (try? RemotePath(rows.blob(0))) ?? .root, action: rows.text(1), side: rows.optionalText(2),
                    bytes: rows.integer(3), status: FileRecord.Status(rawValue: rows.text(4)) ?? .failed,
                    code: rows.optionalText(5), message: rows.optionalText(6),
                    at: Timestamp(milliseconds: rows.integer(7))))
        }
        return records
    }
}
