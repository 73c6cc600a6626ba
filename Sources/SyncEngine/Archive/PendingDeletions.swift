public import FileModel
import Glibc
import SQLite
public import SyncCore

/// Deletions of one synchronisation that a side refused, and that are tried again.
public struct PendingDeletions: Hashable, Sendable {
    public struct Deletion: Hashable, Sendable {
        public var path: RemotePath
        /// Where it is still there.
        public var side: Side
        /// Refusals so far.
        public var attempts: Int
        /// A run after this moment tries it again.
        public var nextAttempt: Timestamp
    }

    /// `SyncOptions.name`.
    public var name: String
    public var identity: ArchiveIdentity
    public var count: Int
    /// The first of them, in the order of their folders.
    public var deletions: [Deletion]

    /// Reads the archives in the state directory of all synchronisations, whether a run has them open or not.
    ///
    /// An archive that cannot be read is left out: the next run has more to say about it.
    /// - Parameter limit: of `deletions`.
    /// - Returns: those with any, by name.
    public static func all(in stateDirectory: String, limit: Int) -> [PendingDeletions] {
        archiveNames(in: stateDirectory).sorted().compactMap { name in
            let found = try? read("\(stateDirectory)/\(name)\(suffix)", limit)
            return found.flatMap { $0.count > 0 ? $0 : nil }.map { pending in
                var pending = pending
                pending.name = SyncRun.name(ofStateFile: name)
                return pending
            }
        }
    }

    private static let suffix = ".archive"

    private static func archiveNames(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(suffix) { names.append(String(name.dropLast(suffix.count))) }
        }
        return names
    }

    private static func read(_ path: String, _ limit: Int) throws(StorageError) -> PendingDeletions? {
        let options = DatabaseOptions(
            access: .readOnly, busyTimeout: .seconds(1), applicationID: Archive.applicationID)
        let database = try Database(path, options)
        guard let header = ArchiveHeader(try Archive.fields(database)) else { return nil }
        let condition = "FROM records WHERE state = \(Archive.deletePendingCode)"
        let total = try database.query("SELECT count(*) \(condition)")
        let count = try total.step() ? Int(total.integer(0)) : 0
        guard count > 0 else { return nil }
        let rows = try database.query(
            """
            SELECT parent, name, local_type IS NULL, attempts, synced_seconds \(condition)
            ORDER BY parent, name LIMIT ?
            """, .integer(Int64(limit)))
        var deletions: [Deletion] = []
        while try rows.step() { if let deletion = deletion(rows) { deletions.append(deletion) } }
        return PendingDeletions(name: "", identity: header.identity, count: count, deletions: deletions)
    }

    private static func deletion(_ row: Statement) -> Deletion? {
        guard let parent = PathKey.path(row.blob(0)), let name = try? FileName(row.blob(1)) else { return nil }
        let attempts = Int(clamping: row.integer(3))
        let refused = Timestamp(seconds: row.integer(4))
        return Deletion(
            path: parent.appending(name), side: row.integer(2) == 0 ? .local : .remote, attempts: attempts,
            nextAttempt: refused.advanced(by: Record.deletionWait(after: attempts)))
    }
}
