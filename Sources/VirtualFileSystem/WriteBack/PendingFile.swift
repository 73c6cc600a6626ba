import FileModel
import RemoteFileSystem

/// A file that was closed on the mount, whose content is in the journal and not yet on the server.
struct PendingFile: Sendable {
    /// In the order of closing.
    let sequence: UInt64
    var path: RemotePath
    /// As it is in the journal.
    var record: RescueRecord
    var stage: Stage
    /// From an earlier life of the mount, so that the server may have it already.
    let isReplayed: Bool
    /// The content while it has no name in the journal yet.
    var content: Spool?
    /// What the content takes of the spool's room.
    let share: SpoolShare
    /// How often the server refused it.
    var refusals = 0
    /// Fulfilled by the end of the present attempt: success also when there is nothing left to upload.
    var attempt = Promise<Void>()

    enum Stage: Sendable {
        /// Not yet safe in the journal.
        case storing
        case waiting
        case uploading
    }

    /// Whether the server may have a file of that name.
    var mayBeOnServer: Bool { isReplayed || record.base != .absent }

    /// What stat(2) shows of it, as the server will tell it later.
    func attributes(_ capabilities: Capabilities) -> FileAttributes {
        let resolution = capabilities.listingResolution
        return FileAttributes(
            type: .regular, size: record.size,
            modified: ModificationTime(
                Timestamp(seconds: record.modified).rounded(down: resolution), resolution: resolution, source: .local),
            permissions: capabilities.permissions ? record.permissions : nil)
    }
}
