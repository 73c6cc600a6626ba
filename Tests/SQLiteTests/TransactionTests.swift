import FileModel
import SQLite
import Testing

@Suite struct TransactionTests {
    let folder: TemporaryFolder
    let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(folder.file("a.db"), DatabaseOptions(busyTimeout: .milliseconds(50)))
        try database.execute(script: "CREATE TABLE t (x)")
    }

    @Test func aFailedBodyLeavesNothing() throws {
        let error = #expect(throws: StorageError.self) {
            try database.transaction { () throws(StorageError) in
                try database.run("INSERT INTO t VALUES (1)")
                throw StorageError(.failed, "stop")
            }
        }
        #expect(error?.message == "stop")
        #expect(try count() == 0)
        try database.transaction { () throws(StorageError) in try database.run("INSERT INTO t VALUES (2)") }
        #expect(try count() == 1)
    }

    @Test func anInnerFailureUndoesOnlyTheInnerPart() throws {
        try database.transaction { () throws(StorageError) in
            try database.run("INSERT INTO t VALUES (1)")
            do {
                try database.transaction { () throws(StorageError) in
                    try database.run("INSERT INTO t VALUES (2)")
                    throw StorageError(.failed, "inner")
                }
            } catch {}
            try database.run("INSERT INTO t VALUES (3)")
        }
        #expect(try count() == 2)
    }

    @Test func aSecondWriterIsBusyAndTheFileNamed() throws {
        let other = try Database(folder.file("a.db"), DatabaseOptions(busyTimeout: .milliseconds(1)))
        try database.transaction { () throws(StorageError) in
            try database.run("INSERT INTO t VALUES (1)")
            let error = #expect(throws: StorageError.self) {
                try other.transaction { () throws(StorageError) in try other.run("INSERT INTO t VALUES (2)") }
            }
            #expect(error?.code == .busy)
            #expect(error?.message.contains("a.db") == true)
        }
        try other.transaction { () throws(StorageError) in try other.run("INSERT INTO t VALUES (2)") }
        #expect(try count() == 2)
    }

    @Test func aSnapshotDoesNotSeeLaterWrites() throws {
        let other = try Database(folder.file("a.db"))
        try database.snapshot { () throws(StorageError) in
            let before = try count()
            try other.run("INSERT INTO t VALUES (1)")
            #expect(try count() == before)
        }
        #expect(try count() == 1)
    }

    @Test func aReaderStreamsWhileAWriterCommits() throws {
        for number in Int64(0)..<100 { try database.run("INSERT INTO t VALUES (?)", .integer(number)) }
        let other = try Database(folder.file("a.db"))
        let rows = try other.query("SELECT x FROM t ORDER BY x")
        var seen = 0
        while try rows.step() {
            seen += 1
            try database.run("INSERT INTO t VALUES (1000)")
        }
        #expect(seen == 100)
    }

    @Test func anUncommittedTransactionDoesNotSurviveItsProcess() throws {
        do {
            let dying = try Database(folder.file("a.db"))
            try dying.run("BEGIN IMMEDIATE")
            try dying.run("INSERT INTO t VALUES (1)")
        }
        #expect(try count() == 0)
        try database.quickCheck()
    }

    private func count() throws(StorageError) -> Int64 {
        let rows = try database.query("SELECT count(*) FROM t")
        _ = try rows.step()
        return rows.integer(0)
    }
}
