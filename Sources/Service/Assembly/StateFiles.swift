public import Definitions
public import FileModel
import Glibc

/// What the program keeps where.
extension ProgramDirectories {
    public var historyFile: String { state + "/history.sqlite" }
    /// Archives and locks of syncs.
    public var archives: String { state + "/archives" }
    /// What was learned about servers (`ServerProfiles`).
    public var servers: String { state + "/servers" }
    /// Files that could not be uploaded (`RescueStore`).
    public var rescue: String { state + "/rescue" }
    /// Files of mounts that are still to be uploaded (`WriteBackJournals`).
    public var pending: String { state + "/pending" }
    /// The space for random writes on FTP.
    public var spool: String { cache + "/spool" }
    /// The sessions of each server and user, shared by all processes.
    public var slots: String { runtime + "/slots" }
    /// Where mounts answer questions (`MountControl`).
    public var control: String { runtime + "/control" }
    /// Which process mounts what.
    public var mountRegistry: String { runtime + "/mounts" }
    /// Messages of mounts in the background.
    public var logs: String { state + "/log" }

    /// Makes the folders, open to their owner only.
    public func prepare() throws(StorageError) {
        for folder in [
            state, runtime, cache, archives, servers, rescue, pending, spool, slots, control, mountRegistry, logs,
        ] {
            try FolderMaker.make(folder)
        }
    }
}

enum FolderMaker {
    /// mkdir -p, with mode 0700 for what is new.
    static func make(_ path: String) throws(StorageError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw StorageError(
                .configuration,
                "the folder \(path) cannot be made: \(String(cString: strerror(errno))); "
                    + "choose another place with --state")
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw StorageError(
                .configuration, "the folder \(path) cannot be made: \(String(cString: strerror(errno)))")
        }
    }
}
