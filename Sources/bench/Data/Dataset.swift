import Glibc
import Synchronization

/// Files that workloads read, each made when it is first asked for.
final class Dataset: Sendable {
    let root: String
    let owner: uid_t
    private let made = Mutex<Set<String>>([])

    init(root: String, owner: uid_t) {
        self.root = root
        self.owner = owner
    }

    /// The time of modification of everything that nobody has changed: whole seconds, long ago.
    static let modified = 1_750_000_000

    /// A folder that holds one file, `file`.
    ///
    /// - Returns: its path below the root.
    func bigFile(_ size: Int) throws -> String {
        try once("big-\(size)") { path in
            try Disk.makeFolder(path, owner: owner)
            try StampedFile.write("\(path)/file", size: size, owner: owner, modified: Self.modified)
        }
    }

    /// - Returns: the tree's path below the root.
    func tree(_ shape: TreeShape) throws -> String {
        try once("tree-\(shape.folders)-\(shape.files)-\(shape.fileSize)\(shape.isSparse ? "-sparse" : "")") {
            try Tree.make(shape, at: $0, owner: owner, modified: Self.modified)
        }
    }

    func emptyFolder() throws -> String {
        try once("empty") { try Disk.makeFolder($0, owner: owner) }
    }

    /// Anything that one command makes of the data; `path` is where it belongs.
    func once(_ name: String, _ make: (_ path: String) throws -> Void) throws -> String {
        if made.withLock({ $0.contains(name) }) { return name }
        try make("\(root)/\(name)")
        made.withLock { _ = $0.insert(name) }
        return name
    }
}
