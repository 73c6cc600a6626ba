import FileModel
import Logging
import RemoteFileSystem

/// What an open file needs of its volume.
struct FileServices: Sendable {
    let remote: TimeLimitedRemote
    let capabilities: Capabilities
    let settings: VolumeSettings
    let inodes: SharedInodeTable
    let spools: SpoolBudget
    let logger: Logger
    /// What could not be uploaded since the volume was opened.
    let rescued = Shared<[RescueRecord]>([])

    func makeSpool() throws(StorageError) -> Spool {
        try Spool(directory: settings.spoolDirectory, budget: spools)
    }

    func makeWriteBehind(_ writer: TimeLimitedWriter) -> WriteBehind {
        WriteBehind(writer: writer, blockSize: capabilities.blockSize, capacity: settings.writeBehind.bytes)
    }
}
