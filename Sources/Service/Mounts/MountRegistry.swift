public import FileModel
import Glibc

/// Tells which process serves which mount point.
///
/// Each mount holds an flock(2) on a file of its own, so that a record of a dead process is known as such, and the end
/// of a mount, with everything uploaded, can be waited for.
public struct MountRegistry: Sendable {
    private let folder: String

    /// - Parameter folder: exists, and is ours.
    public init(folder: String) {
        self.folder = folder
    }

    /// Enters a mount of this process.
    ///
    /// - Throws: `.busy` when a living process serves the mount point already.
    public func register(_ record: MountRecord) throws(StorageError) -> MountRegistration {
        let path = path(of: record.mountpoint)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(.failed, "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StorageError(.busy, "\(record.mountpoint) is mounted by another syncctl already")
        }
        let bytes = Array(record.text.utf8)
        ftruncate(descriptor, 0)
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            close(descriptor)
            throw StorageError(.noSpace, "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        return MountRegistration(descriptor: descriptor)
    }

    /// The living mount on a mount point.
    public func find(_ mountpoint: String) -> MountRecord? {
        let descriptor = open(path(of: mountpoint), O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // A lock that can be had belongs to nobody.
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0, let record = MountRecord(text: String(decoding: buffer[..<count], as: UTF8.self)),
            record.mountpoint == mountpoint
        else { return nil }
        return record
    }

    /// Blocks its thread until the mount has ended, whatever way.
    public func waitForEnd(of mountpoint: String) {
        let descriptor = open(path(of: mountpoint), O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_SH) != 0, errno == EINTR {}
    }

    /// Mount points may be longer than a name; the file tells which one it is about.
    private func path(of mountpoint: String) -> String {
        "\(folder)/\(StableHash.text(of: mountpoint.utf8)).mount"
    }
}

/// One mount of one process.
public struct MountRecord: Hashable, Sendable {
    public var mountpoint: String
    public var process: Int32
    /// Whether the process is a daemon with other work, which must not be ended with this mount.
    public var isDaemon: Bool

    public init(mountpoint: String, process: Int32, isDaemon: Bool) {
        self.mountpoint = mountpoint
        self.process = process
        self.isDaemon = isDaemon
    }

    var text: String { "\(process)\n\(isDaemon ? "daemon" : "mount")\n\(mountpoint)" }

    init?(text: String) {
        let parts = text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let process = Int32(parts[0]) else { return nil }
        self.init(mountpoint: String(parts[2]), process: process, isDaemon: parts[1] == "daemon")
    }
}

/// Holds the entry of a mount until it is dropped or the process dies.
public final class MountRegistration: Sendable {
    private let descriptor: CInt

    fileprivate init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
