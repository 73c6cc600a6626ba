import ConformanceTests
import Glibc
import TestServers
import SeededRandom

/// Edits of a folder as its users make them, chosen at random. Each content is written only once.
///
/// Modification times are hours old, and not in the order of the edits: only a difference to the last run counts.
struct RandomEdits {
    var generator: SeededGenerator
    private let takesLinks: Bool
    private var count = 0
    /// Contents that got another name by a rename.
    private(set) var moved: Set<[UInt8]> = []
    /// What was done, for the report of a failure.
    private(set) var trace: [String] = []

    init(generator: SeededGenerator, takesLinks: Bool) {
        self.generator = generator
        self.takesLinks = takesLinks
    }

    private static let folders = ["", "sub/", "sub/deep/", "-o dd*/"]
    private static let names = [
        "a", "b", "A", "caf\u{E9}", "cafe\u{301}", "-rf", " leading", "trailing ", "100%", "a:b", "back\\slash", "*",
        "[x]", "quote\"'", ".hidden", "tab\there", "x.tar.gz", "\u{1F41F}", String(repeating: "n", count: 250),
    ]
    private static let sizes = [0, 20, 20, 20, 20, 300, 5_000, 400_000]

    /// One edit somewhere below `root`, whose new entries are given to `owner`.
    mutating func edit(_ root: DiskPath, owner: UInt32) throws {
        let path = anyPath()
        let disk = root / path
        let before = trace.count
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<7: try write(path, root, owner)
        case 7..<9: try overwrite(disk)
        case 9: try touch(disk)
        case 10, 11: try delete(disk)
        case 12: try delete(root / folder())
        case 13, 14: try rename(disk, to: root / anyPath())
        case 15: try rename(root / folder(), to: root / "moved \(Int.random(in: 0..<3, using: &generator))")
        case 16: try swapToFolder(path, root, owner)
        case 17: try swapToFile(root, owner)
        case 18: try emptyFolder(root, owner)
        default: try link(path, root)
        }
        if trace.count > before { trace[trace.count - 1] += owner == getuid() ? " (local)" : " (remote)" }
    }

    private mutating func anyPath() -> String {
        let folder = Self.folders.randomElement(using: &generator) ?? ""
        return folder + (Self.names.randomElement(using: &generator) ?? "a")
    }

    private mutating func folder() -> String { Bool.random(using: &generator) ? "sub" : "-o dd*" }

    /// Bytes that no other call gives.
    private mutating func content() -> [UInt8] {
        count += 1
        let size = Self.sizes.randomElement(using: &generator) ?? 20
        if size == 0 { return [] }
        let mark = Array("content \(count) ".utf8)
        return (mark + SampleTree.content(size, seed: count)).prefix(size).map { $0 }
    }

    private mutating func settle(_ disk: DiskPath) throws {
        try disk.setModified(SampleTree.modified + Int.random(in: 0..<50_000_000, using: &generator))
    }

    private func isFolder(_ disk: DiskPath) -> Bool { disk.type == S_IFDIR }

    /// Makes the folders above, unless a file is in the way.
    private func makeParents(_ path: String, _ root: DiskPath, _ owner: UInt32) throws -> Bool {
        var folder = root
        for part in path.split(separator: "/").dropLast() {
            folder = folder / String(part)
            if !folder.exists {
                try folder.makeDirectory()
                try folder.give(to: owner)
            }
            guard isFolder(folder) else { return false }
        }
        return true
    }

    /// A new file, in the place of an old one by a rename or by deleting that first.
    private mutating func write(_ path: String, _ root: DiskPath, _ owner: UInt32) throws {
        let disk = root / path
        guard try makeParents(path, root, owner), !isFolder(disk) else { return }
        let isReplaced = Bool.random(using: &generator)
        if !isReplaced, disk.exists { try disk.removeFile() }
        let target = isReplaced ? root / ".edit" : disk
        let bytes = content()
        try target.write(bytes)
        try target.give(to: owner)
        try settle(target)
        if isReplaced { try target.move(to: disk) }
        trace.append("write \(path): \(bytes.count), content \(count)")
    }

    /// Other bytes in the same file, of the same length or not.
    private mutating func overwrite(_ disk: DiskPath) throws {
        guard disk.type == S_IFREG else { return }
        var bytes = content()
        let size = Int(try disk.status().st_size)
        if Bool.random(using: &generator), size >= 20, !bytes.isEmpty {
            bytes = Array((bytes + SampleTree.content(size, seed: count)).prefix(size))
        }
        try disk.write(bytes)
        try settle(disk)
        trace.append("overwrite \(disk): \(bytes.count), content \(count)")
    }

    private mutating func touch(_ disk: DiskPath) throws {
        guard disk.type == S_IFREG else { return }
        try settle(disk)
        trace.append("touch \(disk)")
    }

    private mutating func delete(_ disk: DiskPath) throws {
        guard disk.exists else { return }
        try disk.removeAll()
        trace.append("delete \(disk)")
    }

    private mutating func rename(_ old: DiskPath, to new: DiskPath) throws {
        guard old.exists, !new.exists, old != new, new.parentExists else { return }
        let contents =
            isFolder(old)
            ? try TreeSnapshot(old).contents : old.type == S_IFREG ? [try old.read()] : [try old.linkTarget()]
        try old.move(to: new)
        moved.formUnion(contents)
        trace.append("rename \(old) to \(new)")
    }

    private mutating func swapToFolder(_ path: String, _ root: DiskPath, _ owner: UInt32) throws {
        let disk = root / path
        guard disk.type == S_IFREG else { return }
        try disk.removeFile()
        trace.append("a folder for the file \(path)")
        try write(path + "/inside", root, owner)
    }

    private mutating func swapToFile(_ root: DiskPath, _ owner: UInt32) throws {
        let name = folder()
        guard isFolder(root / name) else { return }
        try (root / name).removeAll()
        trace.append("a file for the folder \(name)")
        try write(name, root, owner)
    }

    private mutating func emptyFolder(_ root: DiskPath, _ owner: UInt32) throws {
        let disk = root / "empty \(Int.random(in: 0..<2, using: &generator))"
        guard !disk.exists else { return }
        try disk.makeDirectory()
        try disk.give(to: owner)
        trace.append("folder \(disk)")
    }

    /// A link to a name that nothing has.
    private mutating func link(_ path: String, _ root: DiskPath) throws {
        let disk = root / path
        guard takesLinks, disk.parentExists, !isFolder(disk) else { return }
        if disk.exists { try disk.removeFile() }
        count += 1
        let target = "nowhere \(count)"
        try disk.call { symlink(target, $0) }
        trace.append("link \(path) to \(target)")
    }
}

extension DiskPath {
    /// The type bits of the mode; 0 for nothing.
    var type: mode_t { (try? status()).map { $0.st_mode & S_IFMT } ?? 0 }

    var parentExists: Bool {
        let parent = bytes[..<(bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)]
        return DiskPath(String(decoding: parent, as: UTF8.self)).type == S_IFDIR
    }
}
