import Checksums
public import FileModel
import NIOCore
import Synchronization

extension InMemoryRemote {
    public func openReader(_ path: RemotePath) async throws(StorageError) -> any RemoteReader {
        try await announce(.openReader, path)
        let (node, attributes) = try locked { tree throws(StorageError) -> (OpenNode, FileAttributes) in
            let node = try tree.node(path)
            if node.type == .directory { throw StorageError(.isDirectory, "\(path) is a directory") }
            return (OpenNode(node), told(node))
        }
        return InMemoryReader(remote: self, path: path, node: node, attributes: attributes)
    }

    public func openWriter(
        _ path: RemotePath, _ disposition: WriteDisposition, permissions: UInt16?, expectedSize: Int64?
    ) async throws(StorageError) -> any RemoteWriter {
        try await announce(.openWriter, path)
        if style == .stream, disposition == .update { throw .unsupported("writing in the middle of a file") }
        let node = try locked { tree throws(StorageError) in
            OpenNode(try opened(path, disposition, permissions ?? 0o644, &tree))
        }
        return InMemoryWriter(remote: self, path: path, node: node, position: start(of: disposition))
    }

    public func checksum(of path: RemotePath, size: Int64) async throws(StorageError) -> FileChecksum? {
        try await announce(.checksum, path)
        guard let algorithm = offered.checksums.first else { return nil }
        let content = try locked { tree throws(StorageError) in try tree.node(path).content }
        let digest = ContentDigest.of(content, algorithm)
        return digest.map { FileChecksum(algorithm, blockSize: size, digests: [$0]) }
    }

    private func start(of disposition: WriteDisposition) -> Int64 {
        if case .resume(let offset) = disposition { offset } else { 0 }
    }

    private func opened(
        _ path: RemotePath, _ disposition: WriteDisposition, _ permissions: UInt16, _ tree: inout InMemoryTree
    ) throws(StorageError) -> InMemoryNode {
        if let node = try existing(path, tree) {
            if node.type == .directory { throw StorageError(.isDirectory, "\(path) is a directory") }
            switch disposition {
            case .createNew: throw StorageError(.alreadyExists, "\(path) exists already")
            case .truncate:
                node.resize(to: 0)
                node.modified = tree.now()
            case .resume(let offset): node.resize(to: Int(offset))
            case .update: break
            }
            return node
        }
        guard disposition == .truncate || disposition == .createNew else { throw .notFound(path) }
        let node = InMemoryNode(type: .regular, permissions: permissions, modified: tree.now())
        try tree.insert(node, at: path)
        return node
    }

    private func existing(_ path: RemotePath, _ tree: InMemoryTree) throws(StorageError) -> InMemoryNode? {
        do throws(StorageError) {
            return try tree.node(path)
        } catch  where error.code == .notFound {
            return nil
        }
    }
}

/// An open file's hold on its node, which outlives the name.
///
/// `@unchecked`: the node is only touched inside `InMemoryRemote.locked`.
struct OpenNode: @unchecked Sendable {
    let node: InMemoryNode

    init(_ node: InMemoryNode) { self.node = node }
}

struct InMemoryReader: RemoteReader {
    let remote: InMemoryRemote
    let path: RemotePath
    let node: OpenNode
    let attributes: FileAttributes?

    func read(at offset: Int64, count: Int) async throws(StorageError) -> ByteBuffer {
        try await remote.announce(.read, path)
        return try remote.locked { _ throws(StorageError) in
            let content = node.node.content
            let start = min(Int(offset), content.count)
            return ByteBuffer(bytes: content[start..<min(start + count, content.count)])
        }
    }

    func close() async {}
}

final class InMemoryWriter: RemoteWriter {
    private let remote: InMemoryRemote
    private let path: RemotePath
    private let node: OpenNode
    private let position: Mutex<Int64>
    private let pending = Mutex(AttributeChanges())

    init(remote: InMemoryRemote, path: RemotePath, node: OpenNode, position: Int64) {
        self.remote = remote
        self.path = path
        self.node = node
        self.position = Mutex(position)
    }

    func write(_ bytes: ByteBuffer, at offset: Int64) async throws(StorageError) {
        try await remote.announce(.write, path)
        let expected = position.withLock { $0 }
        if remote.style == .stream, offset != expected {
            throw .unsupported("writing anywhere but at the end of a stream")
        }
        try remote.locked { tree throws(StorageError) in
            node.node.write(bytes.readableBytesView, at: Int(offset))
            node.node.modified = tree.now()
        }
        position.withLock { $0 = offset + Int64(bytes.readableBytes) }
    }

    func synchronize() async throws(StorageError) {
        try await remote.announce(.synchronize, path)
        if remote.style == .stream { throw .unsupported("synchronising an upload under way") }
    }

    func setAttributes(_ changes: AttributeChanges) async throws(StorageError) {
        pending.withLock { pending in
            pending.size = changes.size ?? pending.size
            pending.permissions = changes.permissions ?? pending.permissions
            pending.modified = changes.modified ?? pending.modified
        }
        if changes.size != nil { try settle() }
    }

    /// Applies what `setAttributes` collected.
    private func settle() throws(StorageError) {
        let changes = pending.withLock { pending in
            let changes = pending
            pending.size = nil
            return changes
        }
        if !changes.isEmpty { try remote.locked { _ throws(StorageError) in try remote.apply(changes, to: node.node) } }
    }

    func close() async throws(StorageError) {
        try await remote.announce(.close, path)
        try settle()
    }

    func abort() async {}
}
