public import FileModel
public import NIOCore
import Synchronization

/// A complete file system in memory: the reference for the contract, and the remote of every test without a server.
///
/// Two styles imitate the protocols: `.randomAccess` behaves as an SFTP server does, `.stream` as an FTP server.
/// `onOperation` sees every call before it happens and may fail or delay it.
public final class InMemoryRemote: RemoteFileSystem {
    public enum Style: Sendable {
        case randomAccess
        case stream
    }

    /// A call of the contract, as `onOperation` sees it; `read` and `write` come once per call on an open file,
    /// `listNext` before each further thousand names of a listing.
    public enum Operation: String, Hashable, Sendable {
        case capabilities, attributes, list, listNext, openReader, read, openWriter, write, synchronize, close, checksum
        case createDirectory, removeDirectory, removeFile, rename, setAttributes
        case readLink, createSymbolicLink, createHardLink, statistics
    }

    public typealias Hook = @Sendable (Operation, RemotePath) async throws(StorageError) -> Void

    let style: Style
    let offered: Capabilities
    private let lock = Mutex<Void>(())
    /// Only touched by `locked`, which holds `lock`: nodes are shared by names and open files, so they cannot be
    /// owned by the mutex itself.
    nonisolated(unsafe) private var tree: InMemoryTree
    private let hook = Mutex<Hook?>(nil)
    public let executor: (any TaskExecutor)?
    public let loop: (any EventLoop)?

    /// - Parameters:
    ///   - capabilities: instead of what `style` offers.
    ///   - now: the server's clock, for new files and directories.
    public init(
        style: Style = .randomAccess, capabilities: Capabilities? = nil, identity: String = "memory://test",
        executor: (any TaskExecutor)? = nil, loop: (any EventLoop)? = nil,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.style = style
        self.executor = executor
        self.loop = loop
        offered = capabilities ?? Self.capabilities(style, identity: identity)
        tree = InMemoryTree(now: now)
    }

    private static func capabilities(_ style: Style, identity: String) -> Capabilities {
        var result = Capabilities(family: style == .randomAccess ? .sftp : .ftp, identity: identity)
        let random = style == .randomAccess
        result.randomRead = random
        result.randomWrite = random
        result.atomicReplace = true
        result.symbolicLinks = random
        result.hardLinks = random
        result.permissions = random
        result.truncation = random
        result.synchronization = random
        result.statistics = random
        result.resumableRead = true
        result.resumableWrite = true
        result.modificationTimeSetter = random ? .setstat : .mfmt
        result.listingTime = random ? .sftp : .mlsd
        result.listingResolution = .second
        result.streamsPerConnection = random ? 64 : 1
        result.checksums = [.sha256]
        return result
    }

    /// Sees every call from now on; nil removes the hook.
    public func onOperation(_ body: Hook?) {
        hook.withLock { $0 = body }
    }

    func announce(_ operation: Operation, _ path: RemotePath) async throws(StorageError) {
        if Task.isCancelled { throw .cancelled }
        try checkSpeakable(path)
        if let hook = hook.withLock({ $0 }) { try await hook(operation, path) }
    }

    private func checkSpeakable(_ path: RemotePath) throws(StorageError) {
        guard !offered.lineBreaksInNames, path.bytes.contains(where: { $0 == 13 || $0 == 10 }) else { return }
        throw StorageError(.invalidName, "\(path) holds a line break, which this server's protocol cannot say")
    }

    /// Runs `body` on the tree alone.
    func locked<R>(_ body: (inout InMemoryTree) throws(StorageError) -> R) throws(StorageError) -> R {
        let result: Result<R, StorageError> = lock.withLock { _ in
            do throws(StorageError) {
                return .success(try body(&tree))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    public func capabilities() async throws(StorageError) -> Capabilities {
        try await announce(.capabilities, .root)
        return offered
    }

    public func attributes(of path: RemotePath) async throws(StorageError) -> FileAttributes {
        try await announce(.attributes, path)
        return try locked { tree throws(StorageError) in told(try tree.node(path)) }
    }

    public func list(
        _ path: RemotePath, receive: @Sendable ([DirectoryEntry]) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        try await announce(.list, path)
        let entries = try locked { tree throws(StorageError) in
            try tree.directory(path).children.sorted { $0.key < $1.key }.map { name, node in
                DirectoryEntry(name: name, attributes: told(node))
            }
        }
        for start in stride(from: 0, to: entries.count, by: 1000) {
            if start > 0 { try await announce(.listNext, path) }
            let part = Array(entries[start..<min(start + 1000, entries.count)])
            try await receive(style == .randomAccess ? stillThere(part, in: path) : part)
        }
    }

    /// As OpenSSH's server does, which looks up each name that it tells.
    private func stillThere(
        _ entries: [DirectoryEntry], in path: RemotePath
    ) throws(StorageError) -> [DirectoryEntry] {
        try locked { tree throws(StorageError) in
            let present = try? tree.directory(path).children
            return entries.filter { present?[$0.name] != nil }
        }
    }

    public func createDirectory(_ path: RemotePath, permissions: UInt16?) async throws(StorageError) {
        try await announce(.createDirectory, path)
        try locked { tree throws(StorageError) in
            let node = InMemoryNode(type: .directory, permissions: permissions ?? 0o755, modified: tree.now())
            try tree.insert(node, at: path)
        }
    }

    public func removeDirectory(_ path: RemotePath) async throws(StorageError) {
        try await announce(.removeDirectory, path)
        try locked { tree throws(StorageError) in
            guard try tree.directory(path).children.isEmpty else {
                throw StorageError(.notEmpty, "\(path) is not empty")
            }
            try tree.remove(path)
        }
    }

    public func removeFile(_ path: RemotePath) async throws(StorageError) {
        try await announce(.removeFile, path)
        try locked { tree throws(StorageError) in
            if try tree.node(path).type == .directory { throw StorageError(.isDirectory, "\(path) is a directory") }
            try tree.remove(path)
        }
    }

    public func rename(_ source: RemotePath, to target: RemotePath, mode: RenameMode) async throws(StorageError) {
        try await announce(.rename, source)
        try checkSpeakable(target)
        try locked { tree throws(StorageError) in try tree.rename(source, to: target, mode: mode) }
    }

    public func setAttributes(_ path: RemotePath, _ changes: AttributeChanges) async throws(StorageError) {
        try await announce(.setAttributes, path)
        try apply(changes, at: path)
    }

    public func readLink(_ path: RemotePath) async throws(StorageError) -> [UInt8] {
        try await announce(.readLink, path)
        return try locked { tree throws(StorageError) in
            let node = try tree.node(path)
            guard node.type == .symbolicLink else { throw StorageError(.invalidArgument, "\(path) is not a link") }
            return node.linkTarget
        }
    }

    public func createSymbolicLink(_ path: RemotePath, target: [UInt8]) async throws(StorageError) {
        try await announce(.createSymbolicLink, path)
        guard offered.symbolicLinks else { throw .unsupported("creating symbolic links") }
        try locked { tree throws(StorageError) in
            let node = InMemoryNode(type: .symbolicLink, permissions: 0o777, modified: tree.now())
            node.linkTarget = target
            try tree.insert(node, at: path)
        }
    }

    public func createHardLink(_ path: RemotePath, to existing: RemotePath) async throws(StorageError) {
        try await announce(.createHardLink, path)
        guard offered.hardLinks else { throw .unsupported("creating hard links") }
        try locked { tree throws(StorageError) in
            let node = try tree.node(existing)
            if node.type == .directory { throw StorageError(.permissionDenied, "\(existing) is a directory") }
            try tree.insert(node, at: path)
            node.linkCount += 1
        }
    }

    public func statistics(_ path: RemotePath) async throws(StorageError) -> FileSystemStatistics {
        try await announce(.statistics, path)
        guard offered.statistics else { throw .unsupported("asking for free space") }
        return FileSystemStatistics(
            blockSize: 4096, totalBlocks: 1 << 28, freeBlocks: 1 << 27, availableBlocks: 1 << 27, totalFiles: 1 << 20,
            freeFiles: 1 << 19)
    }

    public func shutdown() async {}
}

extension InMemoryRemote {
    /// Attributes as this server tells them: at its resolution, and only what its style knows.
    func told(_ node: InMemoryNode) -> FileAttributes {
        var result = FileAttributes(type: node.type, size: node.size)
        result.modified = ModificationTime(
            node.modified.rounded(down: offered.listingResolution), resolution: offered.listingResolution,
            source: offered.listingTime)
        guard style == .randomAccess else {
            result.uniqueID = "\(node.number)"
            return result
        }
        result.permissions = node.permissions
        result.owner = 0
        result.group = 0
        return result
    }

    func apply(_ changes: AttributeChanges, at path: RemotePath) throws(StorageError) {
        try locked { tree throws(StorageError) in try apply(changes, to: tree.node(path)) }
    }

    func apply(_ changes: AttributeChanges, to node: InMemoryNode) throws(StorageError) {
        var done = changes.isEmpty
        if let size = changes.size, offered.truncation {
            guard node.type == .regular else { throw StorageError(.invalidArgument, "only files have a size to set") }
            node.resize(to: Int(size))
            done = true
        }
        if let permissions = changes.permissions, offered.permissions {
            node.permissions = permissions
            done = true
        }
        if let modified = changes.modified, offered.modificationTimeSetter != nil {
            node.modified = modified.rounded(down: offered.listingResolution)
            done = true
        }
        if style == .randomAccess, changes.accessed != nil || changes.owner != nil || changes.group != nil {
            done = true
        }
        guard done else { throw .unsupported("setting these attributes") }
    }
}
