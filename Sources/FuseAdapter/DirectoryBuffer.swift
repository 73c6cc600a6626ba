import CFuse3
import FileModel
import Glibc
import VirtualFileSystem

/// The answer to readdir or readdirplus: entries packed as the kernel wants them, up to the size it asked for.
struct DirectoryBuffer: Sendable {
    private var bytes: [UInt8]
    private var used = 0
    private let capacity: Int
    private let withAttributes: Bool

    init(capacity: Int, withAttributes: Bool) {
        self.capacity = capacity
        self.withAttributes = withAttributes
        bytes = [UInt8](repeating: 0, count: capacity)
    }

    /// `.` and `..` are ours; the kernel counts no reference for them.
    mutating func addSelf(_ inode: InodeNumber, named name: StaticString, nextOffset: Int64) -> Bool {
        var parameters = fuse_entry_param()
        parameters.attr.st_ino = ino_t(inode.value)
        parameters.attr.st_mode = S_IFDIR
        return name.withUTF8Buffer { text in
            text.withMemoryRebound(to: CChar.self) { add($0.baseAddress, &parameters, nextOffset) }
        }
    }

    /// - Returns: false when the entry did not fit.
    mutating func add(_ item: DirectoryItem, nextOffset: Int64) -> Bool {
        var parameters = fuse_entry_param()
        if let entry = item.entry {
            parameters = fuse_entry_param(entry)
        } else {
            parameters.attr.st_ino = ino_t(item.inode.value)
            parameters.attr.st_mode = item.type.modeBits
        }
        let text = item.name.bytes.map { CChar(bitPattern: $0) } + [0]
        return add(text, &parameters, nextOffset)
    }

    /// libfuse does not use the request here.
    private mutating func add(
        _ name: UnsafePointer<CChar>?, _ parameters: inout fuse_entry_param, _ nextOffset: Int64
    ) -> Bool {
        let room = capacity - used
        let needed = bytes.withUnsafeMutableBytes { memory in
            let place = memory.baseAddress.map { ($0 + used).assumingMemoryBound(to: CChar.self) }
            return withAttributes
                ? fuse_add_direntry_plus(nil, place, room, name, &parameters, off_t(nextOffset))
                : fuse_add_direntry(nil, place, room, name, &parameters.attr, off_t(nextOffset))
        }
        guard needed <= room else { return false }
        used += needed
        return true
    }

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<used])) }
    }
}
