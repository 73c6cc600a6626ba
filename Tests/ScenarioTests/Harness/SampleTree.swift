import ConformanceTests
import Glibc

/// A folder with everything that breaks a synchroniser: odd names, empty files, empty folders, deep ones, a big file.
struct SampleTree: Sendable {
    /// Regular files, without the big one.
    var files = 2_000
    /// Bytes of `big.bin`; 0 leaves it out.
    var bigFile = 200 << 20

    /// Whole seconds that every file of the tree was last modified at.
    static let modified = 1_700_000_000

    func build(at root: DiskPath) throws {
        try root.makeDirectory()
        for name in OddNames.common {
            try (root / "odd names").makeDirectoryIfMissing()
            try file(root / "odd names" / name, content: Array(name.utf8))
        }
        try buildFolders(root)
        if bigFile > 0 { try Self.writeBigFile(root / "big.bin", bytes: bigFile) }
    }

    /// Spreads the remaining files over folders that have odd names themselves.
    private func buildFolders(_ root: DiskPath) throws {
        let count = max(0, files - OddNames.common.count)
        for number in 0..<count {
            let folder = root / Self.folderName(number / 100)
            try folder.makeDirectoryIfMissing()
            let size = number % 17 == 0 ? 0 : (number * 37) % 8_192
            try file(folder / "file \(number)", content: Self.content(size, seed: number))
        }
        try (root / "empty folder").makeDirectory()
        try (root / "-empty").makeDirectory()
        var deep = root
        for level in 0..<12 {
            deep = deep / "deep \(level)"
            try deep.makeDirectory()
        }
        try file(deep / "bottom", content: Array("bottom".utf8))
    }

    static func folderName(_ number: Int) -> String {
        number < OddNames.common.count ? OddNames.common[number * 2 % OddNames.common.count] : "folder \(number)"
    }

    private func file(_ path: DiskPath, content: [UInt8]) throws {
        try path.write(content)
        try path.setModified(Self.modified)
    }

    /// Bytes that differ from file to file and from place to place.
    static func content(_ count: Int, seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 2_654_435_761 >> 11) }
    }

    /// A big file whose every 64 KiB begin with their own number.
    static func writeBigFile(_ path: DiskPath, bytes: Int) throws {
        var block = content(64 << 10, seed: 7)
        try path.open(O_WRONLY | O_CREAT | O_TRUNC) { file in
            for number in 0..<(bytes + block.count - 1) / block.count {
                withUnsafeBytes(of: number.littleEndian) { block.replaceSubrange(0..<8, with: $0) }
                let count = min(block.count, bytes - number * block.count)
                try DiskPath.writeAll(
                    count == block.count ? block : Array(block[..<count]), to: file, at: number * block.count, path)
            }
        }
        try path.setModified(modified)
    }
}

extension DiskPath {
    func makeDirectoryIfMissing() throws {
        if !exists { try makeDirectory() }
    }

    /// Copies a tree as `cp -a` does: contents, then times; folders keep the time of their making.
    func copyTree(to target: DiskPath) throws {
        try target.makeDirectoryIfMissing()
        for name in try names() {
            let (source, copy) = (self / name, target / name)
            let status = try source.status()
            if status.st_mode & S_IFMT == S_IFDIR {
                try source.copyTree(to: copy)
            } else {
                try source.copyFile(to: copy)
                try copy.setModified(status.st_mtim.tv_sec)
            }
        }
    }

    func copyFile(to target: DiskPath) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        try open(O_RDONLY) { input in
            try target.open(O_WRONLY | O_CREAT | O_TRUNC) { output in
                var offset = 0
                while true {
                    let count = Glibc.read(input, &buffer, buffer.count)
                    guard count > 0 else { return }
                    try DiskPath.writeAll(
                        count == buffer.count ? buffer : Array(buffer[..<count]), to: output, at: offset, target)
                    offset += count
                }
            }
        }
    }
}
