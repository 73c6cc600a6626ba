import FileModel
import Glibc
import SQLite
import SyncCore

/// All steps of a run, on disk: guards need the counts before the first write, and a run of a million steps must not
/// need the memory for them.
///
/// The file lives as long as the run; it is no record of anything.
final class Plan {
    let database: Database
    private let path: String
    private var buffer: [PlannedStep] = []
    private static let bufferSize = 1000

    private static let schema =
        """
        CREATE TABLE steps (
            sequence INTEGER PRIMARY KEY, key BLOB NOT NULL, phase INTEGER NOT NULL, depth INTEGER NOT NULL,
            word TEXT NOT NULL, side TEXT, detail TEXT, row INTEGER NOT NULL, attempts INTEGER NOT NULL, note TEXT,
            bytes INTEGER NOT NULL, overwrites INTEGER NOT NULL, local_shift INTEGER, remote_shift INTEGER,
            seen_seconds INTEGER NOT NULL, seen_nanoseconds INTEGER NOT NULL, origin BLOB,
            \(["local", "remote", "old_local", "old_remote"].flatMap(EntryColumns.names).joined(separator: ", ")));
        CREATE INDEX by_key ON steps (key);
        CREATE INDEX by_phase ON steps (phase, depth, sequence);
        """
    private static let fixedColumns = 17
    private static let placeholders =
        Array(repeating: "?", count: fixedColumns + 4 * EntryColumns.count).joined(separator: ", ")

    convenience init(_ path: String) throws(StorageError) {
        try self.init(path) { () throws(StorageError) in
            let database = try Database(path, DatabaseOptions(durability: .off))
            try database.execute(script: Self.schema)
        }
    }

    /// - Parameter make: makes the file.
    init(_ path: String, _ make: () throws(StorageError) -> Void) throws(StorageError) {
        Self.removeFile(path)
        self.path = path
        try make()
        database = try Database(path, DatabaseOptions(durability: .off))
    }

    deinit { Self.removeFile(path) }

    private static func removeFile(_ path: String) {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
    }

    // MARK: - Writing

    func add(_ step: PlannedStep) throws(StorageError) {
        buffer.append(step)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    func flush() throws(StorageError) {
        guard !buffer.isEmpty else { return }
        let steps = buffer
        buffer.removeAll(keepingCapacity: true)
        try database.transaction { () throws(StorageError) in
            for step in steps { try write(step) }
        }
    }

    private func write(_ step: PlannedStep) throws(StorageError) {
        let code = ActionCode(step.action)
        let values: [SQLValue] = [
            step.sequence == 0 ? .null : .integer(step.sequence), .blob(PathKey.bytes(step.path)),
            .integer(Int64(PlanPhase(step).rawValue)), .integer(Int64(step.path.depth)), .text(code.word),
            SQLValue(code.side?.rawValue), SQLValue(code.detail), .integer(Int64(step.decision.row)),
            .integer(Int64(step.attempts)), SQLValue(step.note), .integer(step.byteCount), SQLValue(step.overwrites),
            SQLValue(Self.shift(step, .local)), SQLValue(Self.shift(step, .remote)),
            .integer(step.observedAt.seconds), .integer(Int64(step.observedAt.nanoseconds)),
            SQLValue(step.origin.map(PathKey.bytes)),
        ]
        let entries = [step.observed.local, step.observed.remote, step.recorded.local, step.recorded.remote]
        try database.run(
            "INSERT OR REPLACE INTO steps VALUES (\(Self.placeholders))", values + entries.flatMap(EntryColumns.values))
    }

    /// By how much the side's time moved since the record, where that is all that changed.
    private static func shift(_ step: PlannedStep, _ side: Side) -> Int64? {
        guard let old = step.recorded[side], let new = step.observed[side] else { return nil }
        return TimeShift.candidate(.between(old, new))
    }

    /// Decides a step anew.
    func replace(_ step: PlannedStep) throws(StorageError) {
        try flush()
        try write(step)
    }

    func remove(_ step: PlannedStep) throws(StorageError) {
        try database.run("DELETE FROM steps WHERE sequence = ?", .integer(step.sequence))
    }

    // MARK: - Reading

    /// The next steps of a phase and depth, after the one numbered `sequence`; all depths where `depth` is nil.
    func steps(
        _ phase: PlanPhase, depth: Int? = nil, after sequence: Int64 = 0, limit: Int = 256
    ) throws(StorageError) -> [PlannedStep] {
        try flush()
        let depthCondition = depth == nil ? "depth >= ?" : "depth = ?"
        return try read(
            "SELECT * FROM steps WHERE phase = ? AND \(depthCondition) AND sequence > ? ORDER BY sequence LIMIT ?",
            .integer(Int64(phase.rawValue)), .integer(Int64(depth ?? 0)), .integer(sequence), .integer(Int64(limit)))
    }

    /// The next steps of a phase in the order of their paths.
    func stepsByPath(_ phase: PlanPhase, after path: RemotePath?, limit: Int) throws(StorageError) -> [PlannedStep] {
        try flush()
        return try read(
            "SELECT * FROM steps WHERE phase = ? AND key > ? ORDER BY key LIMIT ?", .integer(Int64(phase.rawValue)),
            .blob(path.map(PathKey.bytes) ?? []), .integer(Int64(limit)))
    }

    /// The depths at which a phase has steps, shallowest first.
    func depths(_ phase: PlanPhase) throws(StorageError) -> [Int] {
        try flush()
        let rows = try database.query(
            "SELECT DISTINCT depth FROM steps WHERE phase = ? ORDER BY depth", .integer(Int64(phase.rawValue)))
        var depths: [Int] = []
        while try rows.step() { depths.append(Int(rows.integer(0))) }
        return depths
    }

    /// The steps of a path, and those that rename it.
    func steps(named path: RemotePath) throws(StorageError) -> [PlannedStep] {
        try flush()
        let key = PathKey.bytes(path)
        return try read(
            "SELECT * FROM steps WHERE key = ? OR origin = ? ORDER BY sequence DESC", .blob(key), .blob(key))
    }

    /// The next steps whose keys lie between the two, both exclusive, in their order.
    func steps(between first: [UInt8], and end: [UInt8], limit: Int) throws(StorageError) -> [PlannedStep] {
        try flush()
        return try read(
            "SELECT * FROM steps WHERE key > ? AND key < ? ORDER BY key LIMIT ?", .blob(first), .blob(end),
            .integer(Int64(limit)))
    }

    /// The next conflicts whose winner was chosen.
    func conflicts(after sequence: Int64, limit: Int = 256) throws(StorageError) -> [PlannedStep] {
        try flush()
        return try read(
            "SELECT * FROM steps WHERE phase = ? AND row = 8 AND sequence > ? ORDER BY sequence LIMIT ?",
            .integer(Int64(PlanPhase.transfers.rawValue)), .integer(sequence), .integer(Int64(limit)))
    }

    func step(_ sequence: Int64) throws(StorageError) -> PlannedStep? {
        try read("SELECT * FROM steps WHERE sequence = ?", .integer(sequence)).first
    }

    private func read(_ sql: String, _ values: SQLValue...) throws(StorageError) -> [PlannedStep] {
        let rows = try database.query(sql, values)
        var steps: [PlannedStep] = []
        while try rows.step() {
            if let step = Self.step(rows) { steps.append(step) }
        }
        return steps
    }

    private static func step(_ row: Statement) -> PlannedStep? {
        let code = ActionCode(row.text(4), row.optionalText(5).flatMap(Side.init(rawValue:)), row.optionalText(6))
        guard let action = code.action, let path = PathKey.path(row.blob(1)) else { return nil }
        func entry(_ index: Int) -> Entry? { EntryColumns.read(row, from: fixedColumns + index * EntryColumns.count) }
        return PlannedStep(
            sequence: row.integer(0), path: path, decision: Decision(action, row: Int(row.integer(7))),
            observed: Sides(local: entry(0), remote: entry(1)), recorded: Sides(local: entry(2), remote: entry(3)),
            observedAt: Timestamp(seconds: row.integer(14), nanoseconds: Int32(row.integer(15))),
            attempts: Int(row.integer(8)), origin: row.optionalBlob(16).flatMap(PathKey.path),
            note: row.optionalText(9))
    }

    // MARK: - Questions

    /// Whether a step below the directory puts something on `side`.
    func bringsSomething(to side: Side, below directory: RemotePath) throws(StorageError) -> Bool {
        let (first, end) = PathKey.below(directory)
        let rows = try database.query(
            """
            SELECT 1 FROM steps WHERE key >= ? AND key < ? AND (
                (word = 'copy' AND side = ?3) OR (word IN ('create-directory', 'rename') AND side = ?4)
                OR word IN ('conflict', 'separate', 'replace-with-file', 'replace-with-directory', 'compare-content'))
            LIMIT 1
            """, .blob(first), .blob(end), .text(side.other.rawValue), .text(side.rawValue))
        return try rows.step()
    }

    /// Steps that change something on a side.
    func executableCount() throws(StorageError) -> Int {
        try flush()
        let rows = try database.query(
            "SELECT count(*) FROM steps WHERE phase BETWEEN ? AND ?",
            .integer(Int64(PlanPhase.directories.rawValue)), .integer(Int64(PlanPhase.directoryDeletions.rawValue)))
        return try rows.step() ? Int(rows.integer(0)) : 0
    }

    /// Whether there is no step of any kind.
    func isEmpty() throws(StorageError) -> Bool {
        try flush()
        return try !database.query("SELECT 1 FROM steps LIMIT 1").step()
    }

    func totals() throws(StorageError) -> PlanTotals {
        try flush()
        let rows = try database.query(
            "SELECT word, side, count(*), total(bytes), sum(overwrites) FROM steps GROUP BY word, side")
        var totals = PlanTotals()
        while try rows.step() {
            totals.count(
                rows.text(0), rows.optionalText(1).flatMap(Side.init(rawValue:)), Int(rows.integer(2)),
                Int64(exactly: rows.real(3)) ?? .max, Int(rows.integer(4)))
        }
        return totals
    }

    /// The shift in seconds that explains nearly all changes of a side.
    func timeShift(_ side: Side, tracked: Int) throws(StorageError) -> Int64? {
        try flush()
        let rows = try database.query(
            """
            SELECT \(side.rawValue)_shift, count(*) FROM steps WHERE \(side.rawValue)_shift IS NOT NULL
            GROUP BY 1 ORDER BY 2 DESC LIMIT 1
            """)
        guard try rows.step() else { return nil }
        return TimeShift.isWhole(count: Int(rows.integer(1)), tracked: tracked) ? rows.integer(0) : nil
    }

    /// Turns every step whose only cause is that shift into a new record.
    ///
    /// - Returns: how many.
    func rebase(_ side: Side, shift: Int64) throws(StorageError) -> Int {
        try database.run(
            """
            UPDATE steps SET word = 'adopt', side = NULL, detail = NULL, phase = ?, overwrites = 0, bytes = 0
            WHERE \(side.rawValue)_shift = ? AND word IN ('copy', 'compare-content')
                AND (\(side.other.rawValue)_seconds IS old_\(side.other.rawValue)_seconds)
                AND (\(side.other.rawValue)_nanoseconds IS old_\(side.other.rawValue)_nanoseconds)
                AND (\(side.other.rawValue)_size IS old_\(side.other.rawValue)_size)
            """, .integer(Int64(PlanPhase.records.rawValue)), .integer(shift))
    }
}
