import FileModel
import Synchronization

/// One opendir(3): which listing it reads.
final class DirectoryHandle: Sendable {
    let directory: InodeNumber
    private let listing = Mutex<DirectoryListing?>(nil)

    init(_ directory: InodeNumber) { self.directory = directory }

    var present: DirectoryListing? { listing.withLock { $0 } }

    func read(_ new: DirectoryListing) { listing.withLock { $0 = new } }
}
