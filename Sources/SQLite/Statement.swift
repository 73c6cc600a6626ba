import CSQLite
public import FileModel

/// A compiled statement: bind, step, read columns. Owned by whoever prepared it; dropping it ends the query.
///
/// Columns count from 0, parameters from 1, as in SQLite.
public final class Statement {
    let handle: OpaquePointer
    let database: Database
    private let sql: String

    init(_ handle: OpaquePointer, _ sql: String, _ database: Database) {
        self.handle = handle
        self.sql = sql
        self.database = database
    }

    deinit { database.rest(handle, sql) }

    /// Moves to the next row.
    ///
    /// - Returns: false after the last one; then the next call would start again.
    public func step() throws(StorageError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        case let code:
            let error = database.error(code)
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Binds the values, runs to the end and is ready for the next values.
    ///
    /// - Returns: how many rows were changed.
    @discardableResult
    public func run(_ values: SQLValue...) throws(StorageError) -> Int { try run(values) }

    @discardableResult
    public func run(_ values: [SQLValue]) throws(StorageError) -> Int {
        try bind(values)
        while try step() {}
        return sqlite3_stmt_readonly(handle) != 0 ? 0 : Int(sqlite3_changes(database.handle))
    }

    /// Starts over, with the same values bound.
    public func reset() { sqlite3_reset(handle) }
}
