/// The target of a symbolic link as it is shown on a mount: it never leads out of it.
///
/// A link on the server means a place on the server. Taken as it is, `/etc/passwd` would mean the file of this machine.
/// So a target is resolved as if the mounted folder were the server's root (as chroot(2) does), and shown relative to
/// the link. A pure decision about names; nothing is looked up.
enum ContainedLink {
    /// - Parameters:
    ///   - target: as the server tells it.
    ///   - directory: the folder of the link, below the mounted folder.
    ///   - root: the mounted folder on the server; nil where only the server knows.
    /// - Returns: the target itself where it stays inside by itself.
    static func target(_ target: [UInt8], directory: [[UInt8]], root: [[UInt8]]?) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        let parts = target.split(separator: slash, omittingEmptySubsequences: true).map(Array.init)
        guard target.first == slash else {
            return staysInside(parts, depth: directory.count)
                ? target : relative(resolve(parts, in: directory), directory)
        }
        let resolved = resolve(parts, in: [])
        if let root, resolved.starts(with: root) { return relative(Array(resolved.dropFirst(root.count)), directory) }
        return relative(resolved, directory)
    }

    private static func staysInside(_ parts: [[UInt8]], depth: Int) -> Bool {
        var depth = depth
        for part in parts {
            if part == [46, 46] { depth -= 1 } else if part != [46] { depth += 1 }
            if depth < 0 { return false }
        }
        return true
    }

    /// Above the root there is only the root.
    private static func resolve(_ parts: [[UInt8]], in directory: [[UInt8]]) -> [[UInt8]] {
        var result = directory
        for part in parts {
            if part == [46, 46] { _ = result.popLast() } else if part != [46] { result.append(part) }
        }
        return result
    }

    private static func relative(_ path: [[UInt8]], _ directory: [[UInt8]]) -> [UInt8] {
        var common = 0
        while common < path.count, common < directory.count, path[common] == directory[common] { common += 1 }
        let steps = [[UInt8]](repeating: [46, 46], count: directory.count - common) + path[common...]
        return steps.isEmpty ? [46] : Array(steps.joined(separator: [UInt8(ascii: "/")]))
    }
}
