import CSQLite
public import FileModel

extension Database {
    /// Runs `body` in a transaction: all of it is done, or, when it throws, nothing.
    ///
    /// The write lock is taken at once (BEGIN IMMEDIATE), so `body` never fails halfway with `.busy`. A transaction
    /// within a transaction is a savepoint.
    @discardableResult
    public func transaction<Result>(
        _ body: () throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        try begin()
        let result: Result
        do {
            result = try body()
        } catch {
            rollBack()
            throw error
        }
        do {
            try commit()
        } catch {
            rollBack()
            throw error
        }
        return result
    }

    /// Runs `body` on one unchanging view of the database.
    @discardableResult
    public func snapshot<Result>(_ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
        guard transactionDepth == 0 else { return try body() }
        try run("BEGIN DEFERRED")
        transactionDepth = 1
        defer { rollBack() }
        return try body()
    }

    private func begin() throws(StorageError) {
        try run(transactionDepth == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT level\(transactionDepth)")
        transactionDepth += 1
    }

    private func commit() throws(StorageError) {
        try run(transactionDepth == 1 ? "COMMIT" : "RELEASE level\(transactionDepth - 1)")
        transactionDepth -= 1
    }

    /// Undoes the innermost level. SQLite may have rolled the whole transaction back already (SQLITE_FULL,
    /// SQLITE_IOERR), and an error here would only hide the one that led here.
    private func rollBack() {
        transactionDepth -= 1
        guard sqlite3_get_autocommit(handle) == 0 else { return }
        if transactionDepth == 0 {
            _ = try? run("ROLLBACK")
        } else {
            _ = try? run("ROLLBACK TO level\(transactionDepth)")
            _ = try? run("RELEASE level\(transactionDepth)")
        }
    }
}
