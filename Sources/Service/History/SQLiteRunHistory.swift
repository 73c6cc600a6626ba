public import FileModel
import SQLite

/// The history in a file that several processes may use at once.
public actor SQLiteRunHistory: RunHistory {
    let database: Database

    /// How long rows are kept at least.
    public static let retention = Duration.seconds(90 * 86_400)

    /// "RmHi"
    private static let applicationID: Int32 = 0x526D_4869

    private static let schema = """
        CREATE TABLE IF NOT EXISTS runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,
            started INTEGER NOT NULL, ended INTEGER, status TEXT NOT NULL, exit_code INTEGER, status_code TEXT,
            scheme TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL, user TEXT, folder TEXT NOT NULL,
            local TEXT NOT NULL, direction TEXT NOT NULL,
            uploaded INTEGER NOT NULL DEFAULT 0, downloaded INTEGER NOT NULL DEFAULT 0,
            deleted INTEGER NOT NULL DEFAULT 0, conflicts INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, message TEXT);
        CREATE INDEX IF NOT EXISTS runs_by_name ON runs (name, started);
        CREATE INDEX IF NOT EXISTS runs_by_start ON runs (started);
        """

    /// - Parameter path: of the file, which is made if it is missing; its folder must exist.
    public init(path: String) throws(StorageError) {
        database = try Database(
            path, DatabaseOptions(durability: .normal, applicationID: Self.applicationID, keepsLog: true))
        try database.execute(script: Self.schema + Self.filesSchema)
    }

    public func runStarted(
        _ name: String, _ target: RunTarget, at time: Timestamp
    ) throws(StorageError) -> Int64 {
        try database.run(
            """
            INSERT INTO runs (name, started, status, scheme, host, port, user, folder, local, direction)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(name), .integer(time.milliseconds), .text(RunStatus.running.rawValue), .text(target.scheme),
            .text(target.host), SQLValue(target.port), SQLValue(target.user), .text(target.folder),
            .text(target.local), .text(target.direction))
        return database.lastInsertedRow
    }

    public func runEnded(_ id: Int64, _ outcome: RunOutcome, at time: Timestamp) throws(StorageError) {
        let counters = outcome.counters
        try database.run(
            """
            UPDATE runs SET ended = ?, status = ?, exit_code = ?, status_code = ?, uploaded = ?, downloaded = ?,
                deleted = ?, conflicts = ?, failed = ?, bytes = ?, message = ? WHERE id = ?
            """,
            .integer(time.milliseconds), .text(outcome.status.rawValue), SQLValue(outcome.exitCode),
            .text(outcome.statusCode.rawValue), SQLValue(counters.uploaded), SQLValue(counters.downloaded),
            SQLValue(counters.deleted), SQLValue(counters.conflicts), SQLValue(counters.failed),
            .integer(counters.bytes), SQLValue(outcome.message), .integer(id))
    }

    public func lastStart(of name: String) throws(StorageError) -> Timestamp? {
        let rows = try database.query(
            "SELECT max(started) FROM runs WHERE name = ? AND status != ? AND direction != ?",
            .text(name), .text(RunStatus.skipped.rawValue), .text(RunTarget.test))
        guard try rows.step() else { return nil }
        return rows.optionalInteger(0).map(Timestamp.init(milliseconds:))
    }

    public func recent(_ name: String?, limit: Int) throws(StorageError) -> [RunRecord] {
        let rows = try database.query(
            "SELECT \(Self.columns) FROM runs WHERE ?1 IS NULL OR name = ?1 ORDER BY started DESC, id DESC LIMIT ?2",
            SQLValue(name), SQLValue(limit))
        var records: [RunRecord] = []
        while try rows.step() { records.append(Self.record(rows)) }
        return records
    }

    public func run(_ id: Int64) throws(StorageError) -> RunRecord? {
        let rows = try database.query("SELECT \(Self.columns) FROM runs WHERE id = ?", .integer(id))
        return try rows.step() ? Self.record(rows) : nil
    }

    private static let columns = """
        id, name, started, ended, status, exit_code, status_code, scheme, host, port, user, folder, local, direction,
        uploaded, downloaded, deleted, conflicts, failed, bytes, message
        """

    public func prune(before time: Timestamp) throws(StorageError) {
        try database.transaction { () throws(StorageError) in
            try database.run(
                "DELETE FROM files WHERE run IN (SELECT id FROM runs WHERE started < ?)", .integer(time.milliseconds))
            try database.run("DELETE FROM runs WHERE started < ?", .integer(time.milliseconds))
        }
    }

    private static func record(_ row: Statement) -> RunRecord {
        RunRecord(
            id: row.integer(0), name: row.text(1), target: target(row),
            startedAt: Timestamp(milliseconds: row.integer(2)),
            endedAt: row.optionalInteger(3).map(Timestamp.init(milliseconds:)),
            status: RunStatus(rawValue: row.text(4)) ?? .failure, exitCode: row.optionalInteger(5).map(Int.init),
            statusCode: row.optionalText(6).flatMap(StatusCode.init(rawValue:)), counters: counters(row),
            message: row.optionalText(20))
    }

    private static func target(_ row: Statement) -> RunTarget {
        RunTarget(
            scheme: row.text(7), host: row.text(8), port: Int(row.integer(9)), user: row.optionalText(10),
            folder: row.text(11), local: row.text(12), direction: row.text(13))
    }

    private static func counters(_ row: Statement) -> RunCounters {
        var counters = RunCounters()
        counters.uploaded = Int(row.integer(14))
        counters.downloaded = Int(row.integer(15))
        counters.deleted = Int(row.integer(16))
        counters.conflicts = Int(row.integer(17))
        counters.failed = Int(row.integer(18))
        counters.bytes = row.integer(19)
        return counters
    }
}

extension Timestamp {
    /// Since 1970, rounded down.
    var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds) / 1_000_000 }

    init(milliseconds: Int64) {
        let rest = ((milliseconds % 1000) + 1000) % 1000
        self.init(seconds: (milliseconds - rest) / 1000, nanoseconds: Int32(rest) * 1_000_000)
    }
}
