import Glibc

/// A regular shape of folders and files.
struct TreeShape: Hashable, Sendable {
    var folders: Int
    var files: Int
    var fileSize = 4096
    /// Files have a size and no contents on the disk.
    var isSparse = false

    /// Path of the n-th file below the tree's root. Every file has a name of its own.
    func path(_ index: Int) -> String { "\(folder(index % folders))/f\(Self.digits(index, 6))" }

    func folder(_ index: Int) -> String { "d\(Self.digits(index, 4))" }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}

/// Trees on the local disk.
enum Tree {
    /// Makes a tree with the same time of modification everywhere.
    static func make(_ shape: TreeShape, at root: String, owner: uid_t, modified: Int) throws {
        try Disk.makeFolder(root, owner: owner)
        for index in 0..<shape.folders { try Disk.makeFolder("\(root)/\(shape.folder(index))", owner: owner) }
        for index in 0..<shape.files {
            try StampedFile.write(
                "\(root)/\(shape.path(index))", size: shape.fileSize, owner: owner, modified: modified,
                isSparse: shape.isSparse)
        }
    }

    /// Calls `body` with the path (below the root) and status of every entry.
    static func walk(_ root: String, _ path: String = "", _ body: (String, stat) throws -> Void) rethrows {
        for name in Disk.names(in: path.isEmpty ? root : "\(root)/\(path)") where !isPrivate(name) {
            let child = path.isEmpty ? name : "\(path)/\(name)"
            guard let status = Disk.status("\(root)/\(child)") else { continue }
            try body(child, status)
            if status.isFolder { try walk(root, child, body) }
        }
    }

    /// What a synchronisation keeps for itself in a tree.
    private static func isPrivate(_ name: String) -> Bool { name == ".syncctl-trash" }

    /// Number of files and their bytes.
    static func count(_ root: String) -> (files: Int, bytes: Int) {
        var count = (files: 0, bytes: 0)
        walk(root) { _, status in
            if !status.isFolder { count = (count.files + 1, count.bytes + Int(status.st_size)) }
        }
        return count
    }
}
