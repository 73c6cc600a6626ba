import FileModel
import Glibc
import SyncCore

/// Finds the archive of a definition, and sets one aside that cannot be used.
enum ArchiveFile {
    /// What was found, for the user to know why a run counts as a first one.
    struct Opened {
        var archive: Archive
        var warning: String?
    }

    /// - Throws: only where no archive can be made at all (no room, no permission, a newer version's file).
    static func open(_ path: String, _ identity: ArchiveIdentity, now: Timestamp) throws(StorageError) -> Opened {
        do {
            let archive = try Archive(path, identity)
            try archive.database.quickCheckIfSmall()
            return Opened(archive: archive)
        } catch {
            guard error.code == .corrupted || error.code == .rootMissing || error.code == .invalidArgument else {
                throw error
            }
            let aside = try setAside(path, now)
            let reason = error.code == .rootMissing ? "belongs to another server or folder" : "is damaged"
            return Opened(
                archive: try Archive(path, identity),
                warning: "the archive \(reason) and was kept as \(aside); this run counts as the first one, "
                    + "so nothing is deleted")
        }
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
}
