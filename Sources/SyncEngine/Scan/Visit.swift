import FileModel
import SyncCore

/// A directory to be compared.
struct Visit: Sendable {
    var path: RemotePath
    /// On which sides the directory exists; on the others everything in it is proven absent.
    var exists: Sides<Bool>
    /// The records below speak of another kind of thing; everything counts as new.
    var disregardsRecords = false
    var ignored: IgnoreChain?
}

/// What comparing a directory came to.
struct VisitResult: Sendable {
    var steps: [PlannedStep] = []
    var children: [Visit] = []
    var listed = Sides(local: 0, remote: 0)
    /// Left out by a filter and without a record of their own; the archive may know something inside.
    var excludedFolders: [RemotePath] = []
    /// Links and special files, left alone.
    var special = 0
    /// Files at the source that the definition names as the main file.
    var mainFiles = 0
    /// What was found of the path that somebody asks about, and of the folders above it.
    var findings: [PathFinding] = []
    /// Our own temporary files, with their times.
    var temporaries = Sides<[RemotePath: Entry]>(local: [:], remote: [:])
    /// The side has a trash folder.
    var hasTrash = Sides(local: false, remote: false)
    /// Why the directory could not be listed completely.
    var failure: (side: Side, error: StorageError)?
}
