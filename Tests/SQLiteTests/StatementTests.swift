import FileModel
import SQLite
import Testing

@Suite struct StatementTests {
    let database: Database

    init() throws {
        database = try Database.inMemory()
        try database.execute(script: "CREATE TABLE t (id INTEGER PRIMARY KEY, value)")
    }

    @Test(arguments: [
        SQLValue.null, .integer(.min), .integer(.max), .real(-0.5), .text(""), .text("na\u{308}ive\u{0}end"), .blob([]),
        .blob([0, 255, 0x80, 0x0A]),
    ])
    func everyValueComesBackAsItWas(value: SQLValue) throws {
        try database.run("INSERT INTO t (value) VALUES (?)", value)
        let rows = try database.query("SELECT value FROM t")
        #expect(try rows.step())
        #expect(rows.value(0) == value)
        #expect(rows.isNull(0) == (value == .null))
        #expect(try !rows.step())
    }

    @Test func optionalColumnsTellNullFromZero() throws {
        let rows = try database.query("SELECT NULL, 0, '', x''")
        #expect(try rows.step())
        #expect(rows.columnCount == 4)
        #expect(rows.optionalInteger(0) == nil && rows.optionalText(0) == nil && rows.optionalBlob(0) == nil)
        #expect(rows.optionalReal(0) == nil && rows.integer(0) == 0 && rows.text(0) == "" && rows.blob(0) == [])
        #expect(rows.optionalInteger(1) == 0 && rows.optionalText(2) == "" && rows.optionalBlob(3) == [])
    }

    @Test func namesSortByTheirBytes() throws {
        let names: [[UInt8]] = [[0xff], [0x61], [0x61, 0x00], [0x41], []]
        for name in names { try database.run("INSERT INTO t (value) VALUES (?)", .blob(name)) }
        let rows = try database.query("SELECT value FROM t ORDER BY value")
        var seen: [[UInt8]] = []
        while try rows.step() { seen.append(rows.blob(0)) }
        #expect(seen == [[], [0x41], [0x61], [0x61, 0x00], [0xff]])
    }

    @Test func sameQueryCanBeUnderWayTwice() throws {
        for number in Int64(0)..<3 { try database.run("INSERT INTO t (value) VALUES (?)", .integer(number)) }
        let sql = "SELECT value FROM t ORDER BY value"
        let outer = try database.query(sql)
        var pairs: [[Int64]] = []
        while try outer.step() {
            let inner = try database.query(sql)
            while try inner.step() { pairs.append([outer.integer(0), inner.integer(0)]) }
        }
        #expect(pairs == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2], [2, 0], [2, 1], [2, 2]])
    }

    @Test func aDroppedQueryLeavesNothingBehindForTheNext() throws {
        try database.run("INSERT INTO t (value) VALUES (1), (2)")
        do {
            let rows = try database.query("SELECT value FROM t WHERE value >= ?", .integer(1))
            #expect(try rows.step())
        }
        let again = try database.prepare("SELECT value FROM t WHERE value >= ?")
        #expect(try !again.step(), "a statement from the cache still had its old value bound")
    }

    @Test func runTellsChangedRows() throws {
        #expect(try database.run("INSERT INTO t (value) VALUES (1), (2), (3)") == 3)
        #expect(database.lastInsertedRow == 3)
        #expect(try database.run("UPDATE t SET value = 0 WHERE value > ?", 1) == 2)
        #expect(try database.run("SELECT * FROM t") == 0)
    }

    @Test func aWrongNumberOfValuesIsRefused() throws {
        for values in [[], [SQLValue.integer(1), 2]] {
            let error = #expect(throws: StorageError.self) {
                try database.run("INSERT INTO t (value) VALUES (?)", values)
            }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test(arguments: ["", "  -- nothing", "SELEC 1"]) func badSQLIsAnError(sql: String) {
        #expect(throws: StorageError.self) { try database.run(sql) }
    }

    @Test func aBrokenConstraintIsNamed() throws {
        try database.run("INSERT INTO t VALUES (1, 1)")
        let error = #expect(throws: StorageError.self) { try database.run("INSERT INTO t VALUES (1, 2)") }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("t.id") == true)
    }

    @Test func manyDifferentStatementsDoNotPileUp() throws {
        for number in 0..<500 { try database.run("SELECT \(number)") }
        let rows = try database.query("SELECT count(*) FROM sqlite_stmt")
        #expect(try rows.step())
        #expect(rows.integer(0) <= 66)
    }
}
