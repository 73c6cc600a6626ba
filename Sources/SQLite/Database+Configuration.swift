import CSQLite
public import FileModel

extension Database {
    /// Sets what holds per connection. WAL and the application id stay in the file.
    func configure(_ options: DatabaseOptions) throws(StorageError) {
        let milliseconds = max(0, options.busyTimeout / .milliseconds(1))
        try execute(script: "PRAGMA busy_timeout = \(Int32(min(milliseconds, 3_600_000)))")
        try requireOwnership(options.applicationID)
        // Before the first write, which a new file gets here.
        try execute(script: "PRAGMA synchronous = \(options.durability.rawValue)")
        if options.access != .readOnly {
            try execute(script: "PRAGMA journal_mode = WAL")
            try claim(options.applicationID)
        }
        if options.keepsLog { try check(remora_sqlite_keep_log(handle)) }
        try execute(
            script: """
                PRAGMA foreign_keys = ON;
                PRAGMA cell_size_check = ON;
                PRAGMA trusted_schema = OFF;
                """)
    }

    private func requireOwnership(_ wanted: Int32) throws(StorageError) {
        guard wanted != 0 else { return }
        let found = try applicationID
        if found == wanted { return }
        guard found == 0, try isEmpty else {
            throw StorageError(
                .invalidArgument, "\(path) is a database of another program: name another file, or move it away")
        }
    }

    private func claim(_ wanted: Int32) throws(StorageError) {
        if wanted != 0, try applicationID != wanted { try setPragma("application_id", Int64(wanted)) }
    }

    private var isEmpty: Bool {
        get throws(StorageError) { try integer("SELECT count(*) FROM sqlite_schema") == 0 }
    }

    /// The program that the file belongs to (PRAGMA application_id).
    public var applicationID: Int32 {
        get throws(StorageError) { Int32(truncatingIfNeeded: try integer("PRAGMA application_id")) }
    }

    /// The version of the schema, ours to use (PRAGMA user_version); 0 in a new file.
    public var userVersion: Int32 {
        get throws(StorageError) { Int32(truncatingIfNeeded: try integer("PRAGMA user_version")) }
    }

    public func setUserVersion(_ version: Int32) throws(StorageError) {
        try setPragma("user_version", Int64(version))
    }

    /// A pragma takes no bound value, but a number needs no quoting.
    private func setPragma(_ name: String, _ value: Int64) throws(StorageError) {
        try execute(script: "PRAGMA \(name) = \(value)")
    }

    /// The first column of the only row.
    func integer(_ sql: String) throws(StorageError) -> Int64 {
        let statement = try query(sql)
        return try statement.step() ? statement.integer(0) : 0
    }
}
