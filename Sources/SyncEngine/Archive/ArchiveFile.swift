import FileModel
import Glibc
import SQLite
import SyncCore

/// Finds the archive of a definition, and what to go on with when it cannot be used.
enum ArchiveFile {
    struct Opened {
        var archive: Archive
        /// Why this run does not go on from the last one.
        var warning: String?
        /// The archive is an older good state: what it says of deletions may be out of date.
        var isRestored = false
    }

    /// - Throws: only where no archive can be made at all (no room, no permission, a newer version's file).
    static func open(_ path: String, _ identity: ArchiveIdentity, now: Timestamp) throws(StorageError) -> Opened {
        do {
            return Opened(archive: try intact(path, identity))
        } catch {
            guard error.code == .corrupted || error.code == .rootMissing || error.code == .invalidArgument else {
                throw error
            }
            let aside = try setAside(path, now)
            if error.code == .rootMissing {
                return Opened(
                    archive: try Archive(path, identity),
                    warning: "the archive belongs to another server or folder and was kept as \(aside); this run "
                        + "counts as the first one, so nothing is deleted")
            }
            return try restored(path, identity, aside)
        }
    }

    private static func intact(_ path: String, _ identity: ArchiveIdentity) throws(StorageError) -> Archive {
        let archive = try Archive(path, identity)
        if size(of: path) < checkedSize { try archive.database.quickCheck() }
        return archive
    }

    /// The last good state, or else a new archive; nothing is deleted on the word of either.
    private static func restored(
        _ path: String, _ identity: ArchiveIdentity, _ aside: String
    ) throws(StorageError) -> Opened {
        let damaged = "the archive is damaged and was kept as \(aside); "
        if rename(goodState(path), path) == 0 {
            if let archive = try? intact(path, identity) {
                return Opened(
                    archive: archive,
                    warning: damaged + "this run goes on from the last good state, and deletes nothing",
                    isRestored: true)
            }
            unlink(path)
        }
        return Opened(
            archive: try Archive(path, identity),
            warning: damaged + "this run counts as the first one, so nothing is deleted")
    }

    static func setAside(_ path: String, _ now: Timestamp) throws(StorageError) -> String {
        var aside = "\(path).aside-\(UTCStamp(now))"
        var attempt = 1
        while access(aside, F_OK) == 0 {
            attempt += 1
            aside = "\(path).aside-\(UTCStamp(now))-\(attempt)"
        }
        guard rename(path, aside) == 0 else {
            throw StorageError(.failed, "the unusable archive \(path) could not be moved away; move it yourself")
        }
        for suffix in ["-wal", "-shm"] { rename(path + suffix, aside + suffix) }
        return aside
    }

    // MARK: - The last good state

    /// A larger archive takes noticeable time to read as a whole; damage in it is found when the page is met.
    private static let checkedSize: Int64 = 32 << 20
    private static let keptSize: Int64 = 16 << 20

    private static func goodState(_ path: String) -> String { path + ".good" }

    private static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Keeps a copy of what the archive holds after a complete run. Not having one is no failure.
    static func keepGoodState(_ archive: Archive) {
        let path = archive.database.path
        guard path != ":memory:", size(of: path) <= keptSize else { return }
        let fresh = goodState(path) + ".new"
        unlink(fresh)
        guard (try? archive.database.run("VACUUM INTO ?", .text(fresh))) != nil else {
            unlink(fresh)
            return
        }
        rename(fresh, goodState(path))
    }
}
