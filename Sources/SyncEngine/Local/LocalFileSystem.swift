import CLinux
public import FileModel
import Glibc
public import RemoteFileSystem

/// The local side of a synchronisation, under the same contract as the remote one.
///
/// Paths are walked from a descriptor of the root, one component at a time, without following links (openat(2),
/// O_NOFOLLOW): nothing below the root can lead out of it, whoever changes it meanwhile. Calls block; the engine
/// makes them on its own threads.
public final class LocalFileSystem: RemoteFileSystem {
    /// As the user gave it, for messages.
    public let rootPath: String
    /// Of the root, by which one that went missing or was mounted over is noticed.
    public let identity: FolderIdentity
    let root: Descriptor
    /// Where the root really is, for links that may be followed inside it.
    let realRoot: [UInt8]
    /// Links that stay inside the root count as what they lead to.
    let followsLinks: Bool

    /// - Throws: `.rootMissing` when the folder does not exist or is none.
    public init(_ rootPath: String, create: Bool = false, followsLinks: Bool = false) throws(StorageError) {
        if create { try Self.createFolder(rootPath) }
        let descriptor = Glibc.open(rootPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StorageError(
                .rootMissing,
                "the local folder \(rootPath) cannot be opened (\(String(cString: strerror(errno)))): "
                    + "create it, or set create_root = true")
        }
        let root = Descriptor(descriptor)
        guard let identity = FolderIdentity(root) else {
            throw StorageError(.rootMissing, "the local folder \(rootPath) cannot be examined")
        }
        self.root = root
        self.rootPath = rootPath
        self.followsLinks = followsLinks
        self.identity = identity
        realRoot = Self.place(of: root) ?? Array(rootPath.utf8)
    }

    private static func createFolder(_ path: String) throws(StorageError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += partial.isEmpty || partial.hasSuffix("/") ? String(part) : "/\(part)"
            guard mkdir(partial, 0o777) == 0 || errno == EEXIST || errno == EISDIR || errno == EROFS else {
                throw StorageError(
                    .rootMissing, "the local folder \(path) cannot be created: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// The path behind a descriptor (proc(5), /proc/self/fd).
    static func place(of descriptor: Descriptor) -> [UInt8]? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/fd/\(descriptor.number)", &buffer, buffer.count)
        return count > 0 ? buffer[..<count].map { UInt8(bitPattern: $0) } : nil
    }

    public func capabilities() async throws(StorageError) -> Capabilities {
        var result = Capabilities(family: .sftp, identity: "local")
        result.randomRead = true
        result.randomWrite = true
        result.atomicReplace = true
        result.symbolicLinks = true
        result.hardLinks = true
        result.permissions = true
        result.ownership = true
        result.truncation = true
        result.synchronization = true
        result.statistics = true
        result.resumableRead = true
        result.resumableWrite = true
        result.modificationTimeSetter = .setstat
        result.listingTime = .local
        result.listingResolution = .nanosecond
        result.lineBreaksInNames = true
        result.streamsPerConnection = 1024
        return result
    }

    /// Brings everything written so far to the disk (syncfs(2)); a power cut then cannot take it back.
    public func flush() { _ = remora_syncfs(root.number) }

    public func shutdown() async {}
}
