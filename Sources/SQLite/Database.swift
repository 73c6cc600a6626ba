import CSQLite
public import FileModel
import Glibc

/// One connection to an SQLite file.
///
/// Not `Sendable`: an actor, or one task, owns it together with its statements. Several processes and several
/// `Database` values may use the same file (WAL: readers never wait, one writer at a time).
public final class Database {
    public let path: String
    let handle: OpaquePointer
    /// Statements at rest, by their SQL, newest last.
    private var resting: [String: [OpaquePointer]] = [:]
    private var restingCount = 0
    var transactionDepth = 0

    /// Opens the file, and creates it for its owner only (0600) when `options` allow.
    ///
    /// - Throws: `.corrupted` when the file is not a database, `.invalidArgument` when it is somebody else's
    ///   (`DatabaseOptions.applicationID`), `.notFound`, `.permissionDenied`, `.noSpace`, `.busy`.
    public init(_ path: String, _ options: DatabaseOptions = DatabaseOptions()) throws(StorageError) {
        if options.access == .createIfMissing { try Self.createPrivately(path) }
        self.path = path
        handle = try Self.open(path, options.access.flags)
        try configure(options)
    }

    /// A database that lives as long as this value.
    public static func inMemory(_ options: DatabaseOptions = DatabaseOptions()) throws(StorageError) -> Database {
        try Database(inMemory: options)
    }

    private init(inMemory options: DatabaseOptions) throws(StorageError) {
        path = ":memory:"
        handle = try Self.open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        try configure(options)
    }

    /// Statements hold the database, so none is out any more.
    deinit {
        for statement in resting.values.joined() { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    private static func open(_ path: String, _ flags: CInt) throws(StorageError) -> OpaquePointer {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            let error = StorageError(sqlite: code, path: path, handle: handle)
            sqlite3_close_v2(handle)
            throw error
        }
        return handle
    }

    /// SQLite would create the file readable for everybody; its WAL files take the mode of the file itself.
    private static func createPrivately(_ path: String) throws(StorageError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(opening: path, errno: errno) }
        Glibc.close(descriptor)
    }

    /// Throws when an SQLite call did not succeed.
    func check(_ code: CInt) throws(StorageError) {
        guard code == SQLITE_OK else { throw error(code) }
    }

    func error(_ code: CInt) -> StorageError { StorageError(sqlite: code, path: path, handle: handle) }

    // MARK: - Statements

    /// A statement ready to bind, from the cache where one rests. It goes back when the last reference is dropped.
    public func prepare(_ sql: String) throws(StorageError) -> Statement {
        if let rested = resting[sql]?.popLast() {
            restingCount -= 1
            return Statement(rested, sql, self)
        }
        return Statement(try compile(sql), sql, self)
    }

    private func compile(_ sql: String) throws(StorageError) -> OpaquePointer {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v3(handle, sql, -1, CUnsignedInt(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        guard let statement else {
            throw StorageError(.invalidArgument, "there is no statement in the SQL text \"\(sql)\"")
        }
        return statement
    }

    /// Takes a statement back into the cache; 64 rest there at most.
    func rest(_ statement: OpaquePointer, _ sql: String) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        guard restingCount < 64 else {
            sqlite3_finalize(statement)
            return
        }
        resting[sql, default: []].append(statement)
        restingCount += 1
    }

    // MARK: - Running

    /// Runs one statement to its end.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    public func run(_ sql: String, _ values: SQLValue...) throws(StorageError) -> Int {
        try run(sql, values)
    }

    @discardableResult
    public func run(_ sql: String, _ values: [SQLValue]) throws(StorageError) -> Int {
        try prepare(sql).run(values)
    }

    /// The rows of a query, one at a time: `while try rows.step() { … rows.integer(0) … }`.
    public func query(_ sql: String, _ values: SQLValue...) throws(StorageError) -> Statement {
        try query(sql, values)
    }

    public func query(_ sql: String, _ values: [SQLValue]) throws(StorageError) -> Statement {
        let statement = try prepare(sql)
        try statement.bind(values)
        return statement
    }

    /// Runs several statements separated by semicolons; not for anything with values in it.
    public func execute(script: String) throws(StorageError) {
        try check(sqlite3_exec(handle, script, nil, nil, nil))
    }

    /// The rowid of the last INSERT on this connection.
    public var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }
}
