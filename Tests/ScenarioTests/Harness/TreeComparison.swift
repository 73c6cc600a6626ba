import Glibc
import TestServers

/// Compares two trees name by name and byte by byte.
struct TreeComparison {
    var comparesTimes = true
    /// Names at the top that are left out.
    var ignored: [String] = []
    private(set) var differences: [String] = []

    init(comparesTimes: Bool = true, ignoring ignored: [String] = []) {
        self.comparesTimes = comparesTimes
        self.ignored = ignored
    }

    /// What differs, at most twenty lines of it; empty when the trees are equal.
    static func differences(
        _ left: DiskPath, _ right: DiskPath, times: Bool = true, ignoring ignored: [String] = []
    ) throws -> [String] {
        var comparison = TreeComparison(comparesTimes: times, ignoring: ignored)
        try comparison.compareFolders(left, right, isTop: true)
        return Array(comparison.differences.prefix(20))
    }

    private mutating func compareFolders(_ left: DiskPath, _ right: DiskPath, isTop: Bool = false) throws {
        let skipped = isTop ? ignored.map { Array($0.utf8) } : []
        let leftNames = try left.names().filter { !skipped.contains($0) }
        let rightNames = try right.names().filter { !skipped.contains($0) }
        let (here, there) = (Set(leftNames), Set(rightNames))
        for name in leftNames where !there.contains(name) { differences.append("only \(left / name)") }
        for name in rightNames where !here.contains(name) { differences.append("only \(right / name)") }
        for name in leftNames where there.contains(name) { try compare(left / name, right / name) }
    }

    private mutating func compare(_ left: DiskPath, _ right: DiskPath) throws {
        let (one, other) = (try left.status(), try right.status())
        guard one.st_mode & S_IFMT == other.st_mode & S_IFMT else {
            return differences.append("\(left): another type than \(right)")
        }
        if one.st_mode & S_IFMT == S_IFDIR { return try compareFolders(left, right) }
        if one.st_size != other.st_size {
            return differences.append("\(left): \(one.st_size) bytes, \(right): \(other.st_size)")
        }
        if comparesTimes, one.st_mtim.tv_sec != other.st_mtim.tv_sec {
            differences.append("\(left): modified \(one.st_mtim.tv_sec), \(right): \(other.st_mtim.tv_sec)")
        }
        if let offset = try firstDifference(left, right) { differences.append("\(left): differs at byte \(offset)") }
    }

    private func firstDifference(_ left: DiskPath, _ right: DiskPath) throws -> Int? {
        var (one, other) = ([UInt8](repeating: 0, count: 1 << 20), [UInt8](repeating: 0, count: 1 << 20))
        return try left.open(O_RDONLY) { leftFile in
            try right.open(O_RDONLY) { rightFile in
                var offset = 0
                while true {
                    let count = try fill(&one, from: leftFile, left)
                    guard try fill(&other, from: rightFile, right) == count else { return offset }
                    if memcmp(one, other, count) != 0 {
                        return offset + (zip(one, other).enumerated().first { $1.0 != $1.1 }?.offset ?? 0)
                    }
                    if count < one.count { return nil }
                    offset += count
                }
            }
        }
    }

    private func fill(_ buffer: inout [UInt8], from file: CInt, _ path: DiskPath) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = buffer.withUnsafeMutableBytes {
                read(file, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            guard count >= 0 else { throw SystemError("reading \(path)", code: errno) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }
}
