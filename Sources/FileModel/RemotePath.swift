/// A normalised path below the root of a file system: components joined by `/`, no leading or trailing slash.
///
/// The root itself is the empty path. `..` never occurs, so a path cannot leave the root. Paths sort as a
/// depth-first walk visits them: a directory comes right before its descendants.
public struct RemotePath: Hashable, Sendable {
    /// The joined components; empty for the root.
    public let bytes: [UInt8]

    public static let root = RemotePath(proven: [])

    private init(proven bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads `a/b`, `/a/b/` and `a//./b` as the same path.
    ///
    /// - Throws: `.invalidName` for `..` or a NUL byte.
    public init(_ bytes: some Sequence<UInt8>) throws(StorageError) {
        var joined: [UInt8] = []
        for part in Array(bytes).split(separator: Self.slash) where !part.elementsEqual([UInt8(ascii: ".")]) {
            let name = try FileName(part)
            if !joined.isEmpty { joined.append(Self.slash) }
            joined.append(contentsOf: name.bytes)
        }
        self.bytes = joined
    }

    public init(_ string: String) throws(StorageError) {
        try self.init(string.utf8)
    }

    private static let slash = UInt8(ascii: "/")

    public var isRoot: Bool { bytes.isEmpty }

    /// The last component; nil for the root.
    public var name: FileName? {
        guard !isRoot else { return nil }
        let start = bytes.lastIndex(of: Self.slash).map { $0 + 1 } ?? 0
        return FileName(proven: Array(bytes[start...]))
    }

    /// The containing directory; nil for the root.
    public var parent: RemotePath? {
        guard !isRoot else { return nil }
        return RemotePath(proven: Array(bytes[..<(bytes.lastIndex(of: Self.slash) ?? 0)]))
    }

    public var components: [FileName] {
        bytes.split(separator: Self.slash).map { FileName(proven: Array($0)) }
    }

    /// Number of components; 0 for the root.
    public var depth: Int {
        isRoot ? 0 : bytes.reduce(1) { $1 == Self.slash ? $0 + 1 : $0 }
    }

    public func appending(_ name: FileName) -> RemotePath {
        RemotePath(proven: isRoot ? name.bytes : bytes + [Self.slash] + name.bytes)
    }

    public func appending(_ path: RemotePath) -> RemotePath {
        if path.isRoot { return self }
        return RemotePath(proven: isRoot ? path.bytes : bytes + [Self.slash] + path.bytes)
    }

    /// The same path seen from `directory`; nil when it is neither that directory nor below it.
    public func relative(to directory: RemotePath) -> RemotePath? {
        if directory.isRoot || self == directory {
            return self == directory ? .root : self
        }
        guard isBelow(directory) else { return nil }
        return RemotePath(proven: Array(bytes[(directory.bytes.count + 1)...]))
    }

    /// Whether this is a proper descendant of `directory`.
    public func isBelow(_ directory: RemotePath) -> Bool {
        if directory.isRoot { return !isRoot }
        return bytes.count > directory.bytes.count && bytes.starts(with: directory.bytes)
            && bytes[directory.bytes.count] == Self.slash
    }

    /// Every directory above, nearest first, the root last; empty for the root.
    public var ancestors: [RemotePath] {
        var result: [RemotePath] = []
        var current = parent
        while let directory = current {
            result.append(directory)
            current = directory.parent
        }
        return result
    }

    public var string: String { String(decoding: bytes, as: UTF8.self) }
}

extension RemotePath: Comparable {
    /// Depth-first order: `/` sorts before every other byte.
    public static func < (left: RemotePath, right: RemotePath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes) { $0 != $1 && rank($0) < rank($1) }
    }

    private static func rank(_ byte: UInt8) -> Int { byte == slash ? -1 : Int(byte) }
}

extension RemotePath: CustomStringConvertible {
    /// With a leading slash, for messages.
    public var description: String { "/" + printable(bytes) }
}
