import Glibc

/// Whether trees of the local disk hold the same.
enum TreeComparison {
    /// - Returns: the first difference in names, kinds, sizes or contents; nil when there is none.
    static func difference(_ expected: String, _ found: String) -> String? {
        let left = entries(expected)
        let right = entries(found)
        if let missing = left.keys.filter({ right[$0] == nil }).min() {
            return "\(missing) is missing (\(right.count) of \(left.count) entries)"
        }
        if let extra = right.keys.filter({ left[$0] == nil }).min() { return "\(extra) should not be there" }
        for (path, size) in left {
            if right[path] != size { return "\(path) has another size" }
            guard size >= 0 else { continue }
            if !haveSameBytes("\(expected)/\(path)", "\(found)/\(path)") { return "\(path) has other contents" }
        }
        return nil
    }

    /// Sizes by path; -1 for folders.
    private static func entries(_ root: String) -> [String: Int] {
        var entries: [String: Int] = [:]
        Tree.walk(root) { entries[$0] = $1.isFolder ? -1 : Int($1.st_size) }
        return entries
    }

    static func haveSameBytes(_ left: String, _ right: String) -> Bool {
        let files = [left, right].map { (path: String) in open(path, O_RDONLY | O_CLOEXEC) }
        defer { for file in files where file >= 0 { close(file) } }
        guard files.allSatisfy({ $0 >= 0 }) else { return false }
        return withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { one in
            withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { other in
                while true {
                    let count = read(files[0], one.baseAddress, one.count)
                    guard count >= 0, read(files[1], other.baseAddress, other.count) == count else { return false }
                    if count == 0 { return true }
                    guard let one = one.baseAddress, let other = other.baseAddress, memcmp(one, other, count) == 0
                    else { return false }
                }
            }
        }
    }
}

/// Identity and times of everything in a tree: equal before and after a run that had nothing to do.
struct TreeFingerprint: Equatable {
    private struct Mark: Equatable {
        let inode: UInt
        let size: Int
        let changed: Int
    }

    private var marks: [String: Mark] = [:]

    init(_ root: String) {
        Tree.walk(root) { path, status in
            guard !status.isFolder else { return }
            marks[path] = Mark(inode: UInt(status.st_ino), size: Int(status.st_size), changed: status.st_ctim.tv_sec)
        }
    }

    /// Number of files that came, went or were touched.
    func changes(to other: TreeFingerprint) -> Int {
        let paths = Set(marks.keys).union(other.marks.keys)
        return paths.count { marks[$0] != other.marks[$0] }
    }
}
