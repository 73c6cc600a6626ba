public import FileModel
import Glibc
import SQLite

/// A plan that was written down: the steps of a run in the table that the run itself would use, and a table of what they
/// were decided from.
///
/// It is an SQLite database for its owner only. It holds paths, sizes and times, and no secret.
public enum PlanFile {
    static let applicationID: Int32 = 0x524D_504C
    /// Raised when steps are written in another way; a plan of another format is not carried out.
    static let format = "1"

    /// What `SyncOptions.planFile` had to say about the plan. Whether the rest of it is intact shows when it is carried out.
    ///
    /// - Throws: `.configuration` for a file that is no plan, has no readable header, or was written by another version.
    public static func about(_ path: String) throws(StorageError) -> [String: String] {
        let fields = try fields(try open(path))
        var about: [String: String] = [:]
        for (name, value) in fields where name.hasPrefix(aboutPrefix) {
            about[String(name.dropFirst(aboutPrefix.count))] = value
        }
        return about
    }

    static let aboutPrefix = "about."

    /// Opens a plan that is about to be carried out, and reads all of it once to see that it is intact.
    static func openIntact(_ path: String) throws(StorageError) -> Database {
        let database = try open(path)
        try naming(path) { () throws(StorageError) in try database.quickCheck() }
        return database
    }

    private static func open(_ path: String) throws(StorageError) -> Database {
        try naming(path) { () throws(StorageError) in
            try Database(path, DatabaseOptions(access: .readOnly, applicationID: applicationID))
        }
    }

    private static func naming<Value>(
        _ path: String, _ body: () throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        do throws(StorageError) {
            return try body()
        } catch {
            guard error.code == .corrupted || error.code == .invalidArgument else { throw error }
            throw StorageError(
                .configuration, "\(path) is not a plan that 'syncctl plan' wrote, or it is damaged: plan again")
        }
    }

    /// The table `header` of a plan of our format.
    static func fields(_ database: Database) throws(StorageError) -> [String: String] {
        var fields: [String: String] = [:]
        do throws(StorageError) {
            let rows = try database.query("SELECT name, value FROM header")
            while try rows.step() { fields[rows.text(0)] = rows.text(1) }
        } catch {
            throw StorageError(.configuration, "the plan \(database.path) has lost its header: plan again")
        }
        guard fields["format"] == format else {
            throw StorageError(
                .configuration, "the plan \(database.path) was written by another version of syncctl: plan again")
        }
        return fields
    }

    /// Writes the whole database to a new file for its owner only.
    static func copy(_ database: Database, to path: String) throws(StorageError) {
        unlink(path)
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(.failed, "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        close(descriptor)
        // sqlite.org/lang_vacuum.html: the file must not exist, or be empty.
        try database.run("VACUUM INTO ?", .text(path))
    }

    /// Puts a finished file in the place of an older plan; anything else that has the name stays.
    static func replace(_ path: String, with finished: String) throws(StorageError) {
        if access(path, F_OK) == 0 {
            do throws(StorageError) {
                _ = try open(path)
            } catch {
                unlink(finished)
                throw StorageError(
                    .alreadyExists, "\(path) exists and is not a plan: it was left as it is, choose another --output")
            }
        }
        guard rename(finished, path) == 0 else {
            let code = errno
            unlink(finished)
            throw StorageError(.failed, "the plan cannot be written to \(path): \(String(cString: strerror(code)))")
        }
    }
}
