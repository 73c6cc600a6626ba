public import Definitions
import FileModel
import RemoteFileSystem

extension RemoteAssembly {
    /// Remotes as definitions describe them, with their secrets fetched when a login needs them.
    public init(_ directories: ProgramDirectories) {
        self.init { remote, _ throws(StorageError) in
            throw StorageError(.unsupported, "\(remote.identity) cannot be opened by this build")
        }
    }
}
