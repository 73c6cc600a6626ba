import Glibc
import TestServers

/// A path below a root, as bytes: two names that differ in their Unicode form alone are two names.
typealias TreePath = [UInt8]

/// All that lies below a folder of the disk at one moment.
struct TreeSnapshot: Hashable {
    enum Kind: Hashable {
        case folder
        case file([UInt8])
        case link([UInt8])
    }

    /// What a run that has nothing to do leaves as it is.
    struct Entry: Hashable {
        let kind: Kind
        let inode: UInt64
        let seconds: Int
    }

    private(set) var entries: [TreePath: Entry] = [:]

    init(_ root: DiskPath) throws { try add(root, []) }

    private mutating func add(_ folder: DiskPath, _ prefix: TreePath) throws {
        for name in try folder.names() {
            let (path, key) = (folder / name, prefix + name)
            let status = try path.status()
            let type = status.st_mode & S_IFMT
            let kind: Kind =
                switch type {
                case S_IFDIR: .folder
                case S_IFLNK: .link(try path.linkTarget())
                default: .file(try path.read())
                }
            // A folder's own time and the trash are nothing that runs promise to keep.
            entries[key] = Entry(
                kind: kind, inode: UInt64(status.st_ino), seconds: kind == .folder ? 0 : status.st_mtim.tv_sec)
            if type == S_IFDIR { try add(path, key + [UInt8(ascii: "/")]) }
        }
    }

    private static let trash = Array(".syncctl-trash".utf8)

    /// Without what was put aside.
    var visible: [TreePath: Entry] { entries.filter { !$0.key.starts(with: Self.trash) } }

    /// Types and contents of what both sides hold.
    func kinds(withLinks: Bool) -> [TreePath: Kind] {
        visible.mapValues(\.kind).filter { _, kind in if case .link = kind { withLinks } else { true } }
    }

    /// Contents of files and targets of links, none of them empty; those put aside, too.
    var contents: Set<[UInt8]> { Set(entries.values.compactMap { Self.content($0.kind) }) }

    /// Contents that lie under more than one visible name.
    var duplicates: Set<[UInt8]> {
        var seen: Set<[UInt8]> = []
        return Set(visible.values.compactMap { Self.content($0.kind) }.filter { !seen.insert($0).inserted })
    }

    /// Temporary names of the program, wherever they lie.
    var temporaryNames: [String] {
        entries.keys.map { String(decoding: $0, as: UTF8.self) }.filter { $0.hasSuffix(".part") }
    }

    static func content(_ kind: Kind) -> [UInt8]? {
        switch kind {
        case .file(let bytes) where !bytes.isEmpty: bytes
        case .link(let target): target
        default: nil
        }
    }
}

extension DiskPath {
    func linkTarget() throws -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = try call { CInt(readlink($0, &buffer, buffer.count)) }
        return buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }
    }

    /// Removes a file, a link, or a folder with all that it holds.
    func removeAll() throws {
        guard try status().st_mode & S_IFMT == S_IFDIR else { return try removeFile() }
        for name in try names() { try (self / name).removeAll() }
        try removeDirectory()
    }
}
