import FileModel
import Foundation
import SQLite
import Testing

@Suite struct DatabaseTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func createsTheFileForItsOwnerOnly() throws {
        let database = try Database(folder.file("a.db"))
        try database.execute(script: "CREATE TABLE t (x)")
        for name in ["a.db", "a.db-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
            #expect((attributes[.posixPermissions] as? NSNumber)?.int16Value == 0o600, "\(name)")
        }
    }

    @Test func opensInWALModeWithForeignKeysAndTheChosenDurability() throws {
        let options = DatabaseOptions(durability: .normal)
        let database = try Database(folder.file("a.db"), options)
        #expect(try text(database, "PRAGMA journal_mode") == "wal")
        #expect(try text(database, "PRAGMA foreign_keys") == "1")
        #expect(try text(database, "PRAGMA synchronous") == "1")
        #expect(try text(Database(folder.file("b.db")), "PRAGMA synchronous") == "2")
    }

    /// Bytes of the log after the only connection was closed.
    private func leftInTheLog(_ path: String, _ options: DatabaseOptions) throws -> Int {
        do {
            let database = try Database(path, options)
            try database.execute(script: "CREATE TABLE t (x); INSERT INTO t VALUES ('kept')")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }

    @Test func aLogThatIsKeptIsReadAtTheNextOpening() throws {
        let options = DatabaseOptions(durability: .normal, keepsLog: true)
        #expect(try leftInTheLog(folder.file("a.db"), options) > 0)
        #expect(try text(Database(folder.file("a.db"), options), "SELECT x FROM t") == "kept")
        #expect(try leftInTheLog(folder.file("b.db"), DatabaseOptions(durability: .normal)) == 0)
    }

    @Test func aFileThatIsNoDatabaseIsCorrupted() throws {
        let path = folder.file("a.db")
        try Data(repeating: 0x55, count: 8192).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: StorageError.self) { _ = try Database(path) }
        #expect(error?.code == .corrupted)
        #expect(error?.message.contains(path) == true)
    }

    @Test func aDamagedPageIsFoundByTheQuickCheck() throws {
        let path = folder.file("a.db")
        try fill(path)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 4096 * 3)
        try file.write(contentsOf: Data(repeating: 0xff, count: 4096 * 4))
        try file.close()
        let database = try Database(path)
        let error = #expect(throws: StorageError.self) { try database.quickCheck() }
        #expect(error?.code == .corrupted)
    }

    private func fill(_ path: String) throws {
        let database = try Database(path)
        try database.execute(script: "CREATE TABLE t (x)")
        try database.transaction { () throws(StorageError) in
            for number in 0..<2000 { try database.run("INSERT INTO t VALUES (?)", .text("row \(number) of many")) }
        }
        try database.quickCheck()
        try database.checkpoint()
    }

    @Test func anApplicationIDIsSetOnceAndRequiredAfterwards() throws {
        let path = folder.file("a.db")
        let database = try Database(path, DatabaseOptions(applicationID: 0x5245_4D41))
        #expect(try database.applicationID == 0x5245_4D41)
        _ = try Database(path, DatabaseOptions(applicationID: 0x5245_4D41))
        let error = #expect(throws: StorageError.self) { _ = try Database(path, DatabaseOptions(applicationID: 7)) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func aForeignDatabaseWithoutAnIDIsNotClaimed() throws {
        let path = folder.file("a.db")
        try Database(path).execute(script: "CREATE TABLE somebodys (x)")
        #expect(throws: StorageError.self) { _ = try Database(path, DatabaseOptions(applicationID: 7)) }
        #expect(try Database(path).applicationID == 0)
    }

    @Test(arguments: [DatabaseOptions.Access.readOnly, .readWrite])
    func aMissingFileIsNotCreatedUnlessAllowed(access: DatabaseOptions.Access) {
        let path = folder.file("missing.db")
        let error = #expect(throws: StorageError.self) { _ = try Database(path, DatabaseOptions(access: access)) }
        #expect(error?.code == .notFound)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aMissingFolderIsNamed() {
        let error = #expect(throws: StorageError.self) { _ = try Database(folder.file("none/a.db")) }
        #expect(error?.code == .notFound)
    }

    @Test func aReadOnlyConnectionRefusesToWrite() throws {
        let writer = try Database(folder.file("a.db"))
        try writer.execute(script: "CREATE TABLE t (x)")
        let reader = try Database(folder.file("a.db"), DatabaseOptions(access: .readOnly))
        let error = #expect(throws: StorageError.self) { try reader.run("INSERT INTO t VALUES (1)") }
        #expect(error?.code == .readOnly)
    }

    @Test func aFullDiskIsNoSpace() throws {
        let database = try Database(folder.file("a.db"))
        try database.execute(script: "CREATE TABLE t (x); PRAGMA max_page_count = 4")
        let error = #expect(throws: StorageError.self) {
            try database.run("INSERT INTO t VALUES (?)", .blob([UInt8](repeating: 1, count: 100_000)))
        }
        #expect(error?.code == .noSpace)
    }

    @Test func migrationsRunOnceAndInOrder() throws {
        let path = folder.file("a.db")
        let steps = ["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y"]
        try Database(path).migrate([steps[0]])
        let database = try Database(path)
        try database.migrate(steps)
        try database.migrate(steps)
        #expect(try database.userVersion == 2)
        try database.run("INSERT INTO a (x, y) VALUES (1, 2)")
    }

    @Test func aFailingMigrationLeavesTheVersionBeforeIt() throws {
        let database = try Database.inMemory()
        #expect(throws: StorageError.self) {
            try database.migrate(["CREATE TABLE a (x)", "CREATE TABLE b (x); nonsense"])
        }
        #expect(try database.userVersion == 1)
        #expect(try text(database, "SELECT group_concat(name) FROM sqlite_schema") == "a")
    }

    @Test func aFileOfANewerVersionIsRefused() throws {
        let database = try Database.inMemory()
        try database.setUserVersion(9)
        let error = #expect(throws: StorageError.self) { try database.migrate(["CREATE TABLE a (x)"]) }
        #expect(error?.code == .configuration)
    }

    private func text(_ database: Database, _ sql: String) throws -> String {
        let rows = try database.query(sql)
        #expect(try rows.step())
        return rows.text(0)
    }
}
