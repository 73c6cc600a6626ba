import FileModel
import Synchronization

/// A file, directory or link of `InMemoryRemote`; shared by its names and its open handles.
///
/// Only touched under the remote's lock.
final class InMemoryNode {
    let number: UInt64
    let type: FileType
    var permissions: UInt16
    var modified: Timestamp
    var content: [UInt8] = []
    var children: [FileName: InMemoryNode] = [:]
    var linkTarget: [UInt8] = []
    var linkCount = 1

    init(type: FileType, permissions: UInt16, modified: Timestamp) {
        self.type = type
        self.permissions = permissions
        self.modified = modified
        number = Self.counter.add(1, ordering: .relaxed).newValue
    }

    private static let counter = Atomic<UInt64>(0)

    var size: Int64 {
        switch type {
        case .regular: Int64(content.count)
        case .symbolicLink: Int64(linkTarget.count)
        default: 0
        }
    }

    func resize(to count: Int) {
        if count < content.count {
            content.removeLast(content.count - count)
        } else {
            content.append(contentsOf: repeatElement(0, count: count - content.count))
        }
    }

    func write(_ bytes: some Collection<UInt8>, at offset: Int) {
        if offset + bytes.count > content.count { resize(to: offset + bytes.count) }
        content.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }
}

/// The names of `InMemoryRemote`.
struct InMemoryTree {
    let now: @Sendable () -> Timestamp
    private let root: InMemoryNode

    init(now: @escaping @Sendable () -> Timestamp) {
        self.now = now
        root = InMemoryNode(type: .directory, permissions: 0o755, modified: now())
    }

    func node(_ path: RemotePath) throws(StorageError) -> InMemoryNode {
        var current = root
        for name in path.components {
            guard current.type == .directory else { throw StorageError(.notDirectory, "\(path): not a directory") }
            guard let next = current.children[name] else { throw .notFound(path) }
            current = next
        }
        return current
    }

    func directory(_ path: RemotePath) throws(StorageError) -> InMemoryNode {
        let found = try node(path)
        guard found.type == .directory else { throw StorageError(.notDirectory, "\(path) is not a directory") }
        return found
    }

    /// The directory and name that `path` stands for.
    private func place(_ path: RemotePath) throws(StorageError) -> (InMemoryNode, FileName) {
        guard let name = path.name, let parent = path.parent else {
            throw StorageError(.busy, "the root folder cannot be changed")
        }
        if name.bytes.count > 255 { throw StorageError(.invalidName, "the name \(quoted(name.bytes)) is too long") }
        return (try directory(parent), name)
    }

    func insert(_ node: InMemoryNode, at path: RemotePath) throws(StorageError) {
        let (parent, name) = try place(path)
        guard parent.children[name] == nil else { throw StorageError(.alreadyExists, "\(path) exists already") }
        parent.children[name] = node
        parent.modified = now()
    }

    func remove(_ path: RemotePath) throws(StorageError) {
        let (parent, name) = try place(path)
        guard let node = parent.children.removeValue(forKey: name) else { throw .notFound(path) }
        node.linkCount -= 1
        parent.modified = now()
    }

    func rename(_ source: RemotePath, to target: RemotePath, mode: RenameMode) throws(StorageError) {
        let moved = try node(source)
        let (oldParent, oldName) = try place(source)
        let (newParent, newName) = try place(target)
        if target.isBelow(source) { throw StorageError(.invalidArgument, "\(target) lies inside \(source)") }
        let present = newParent.children[newName]
        if present === moved { return }
        switch mode {
        case .keepExisting where present != nil:
            throw StorageError(.alreadyExists, "\(target) exists already")
        case .exchange:
            guard let present else { throw .notFound(target) }
            oldParent.children[oldName] = present
        case .replace, .keepExisting:
            if let present { try checkReplaceable(present, by: moved, target) }
            oldParent.children[oldName] = nil
            present?.linkCount -= 1
        }
        newParent.children[newName] = moved
        oldParent.modified = now()
        newParent.modified = now()
    }

    private func checkReplaceable(
        _ present: InMemoryNode, by moved: InMemoryNode, _ target: RemotePath
    ) throws(StorageError) {
        switch (moved.type == .directory, present.type == .directory) {
        case (true, false): throw StorageError(.notDirectory, "\(target) is not a directory")
        case (false, true): throw StorageError(.isDirectory, "\(target) is a directory")
        case (true, true) where !present.children.isEmpty: throw StorageError(.notEmpty, "\(target) is not empty")
        default: return
        }
    }
}
