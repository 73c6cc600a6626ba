import Glibc
import TestServers

/// The folder of one run of this program, removed with it whatever its end.
final class WorkFolder: Sendable {
    private let folder: TemporaryFolder
    /// Its guardian removes the folder when this process dies. Mounted folders in it are other file systems, and
    /// are left alone.
    private let janitor: ChildProcess

    var path: String { folder.path }

    /// - Parameter takesAll: temporary folders of servers and other processes are made in it from now on, and go with it.
    init(takesAll: Bool = false) throws {
        folder = try TemporaryFolder()
        if takesAll { setenv("TMPDIR", folder.path, 1) }
        janitor = try ChildProcess(
            ["sleep", "infinity"], cleanUp: "sleep 1; rm -rf --one-file-system '\(folder.path)'")
    }

    func callAsFunction(_ name: String) -> String { folder(name) }

    /// A new empty folder of that name.
    func fresh(_ name: String) throws -> String {
        Disk.remove(folder(name))
        try Disk.makeFolder(folder(name))
        return folder(name)
    }
}
