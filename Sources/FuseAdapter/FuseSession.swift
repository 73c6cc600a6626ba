import CFuse3
import CLinux
import FileModel
import Glibc
import Logging
import Synchronization
import VirtualFileSystem

/// One connection to the kernel: libfuse's session, who reads its requests, the tasks that answer them.
///
/// `@unchecked`: the pointer is set once; what is called through it from several threads (exit, exited, notify) is what
/// libfuse's own loop calls from several threads, and `destroy` is called once, after all readers and requests have ended.
final class FuseSession: @unchecked Sendable {
    let dispatcher: Dispatcher
    private let raw: OpaquePointer
    /// Retained for libfuse, which hands it to every callback.
    private let userData: Unmanaged<Dispatcher>
    /// Of a mounted session.
    private let readers = Mutex<RequestReaders?>(nil)

    /// - Throws: `.configuration` when libfuse refuses the options.
    init(_ volume: Volume, _ options: MountOptions, logger: Logger) throws(StorageError) {
        dispatcher = Dispatcher(volume, logger)
        userData = Unmanaged.passRetained(dispatcher)
        let arguments = options.arguments(isReadOnly: volume.settings.isReadOnly)
        guard let session = Self.makeSession(arguments, userData.toOpaque()) else {
            userData.release()
            throw StorageError(.configuration, "libfuse refused the mount options; see the lines above")
        }
        raw = session
    }

    /// libfuse copies the arguments and the table.
    private static func makeSession(_ arguments: [String], _ userData: UnsafeMutableRawPointer) -> OpaquePointer? {
        var list = fuse_args()
        defer { fuse_opt_free_args(&list) }
        for argument in arguments { fuse_opt_add_arg(&list, argument) }
        var table = Operations.makeTable()
        return fuse_session_new(&list, &table, MemoryLayout<fuse_lowlevel_ops>.size, userData)
    }

    /// Mounts and starts to read requests. Blocks while fusermount3(1) runs.
    ///
    /// - Throws: `.configuration`: the kernel or fusermount3 refused; `.failed`: too many files are open.
    func mount(at mountpoint: String) throws(StorageError) {
        guard fuse_session_mount(raw, mountpoint) == 0 else {
            throw StorageError(
                .configuration,
                "mounting on \(mountpoint) failed: is /dev/fuse there, and may this user mount? (user_allow_other in "
                    + "/etc/fuse.conf is needed for allow_other)")
        }
        do throws(StorageError) {
            let made = try RequestReaders(raw)
            readers.withLock { $0 = made }
            dispatcher.readers.withLock { $0 = made }
            made.start()
        } catch {
            fuse_session_unmount(raw)
            throw StorageError(error.code, "\(mountpoint) was not mounted: \(error.message)")
        }
    }

    /// Waits until nobody reads requests any more.
    ///
    /// - Returns: false when `limit` passed first.
    @discardableResult
    func waitUntilDisconnected(within limit: Duration? = nil) async -> Bool {
        guard let ended = readers.withLock({ $0?.ended }) else { return true }
        if let limit { return await ended.wait(within: limit) }
        await ended.wait()
        return true
    }

    /// Lets the kernel forget names, attributes and pages. Blocks while a call on one of them is under way.
    func invalidate(_ names: [CachedName]) {
        for name in names {
            if let inode = name.inode { fuse_lowlevel_notify_inval_inode(raw, inode.value, 0, 0) }
            guard let parent = name.parent else { continue }
            let text = name.name.map { CChar(bitPattern: $0) } + [0]
            fuse_lowlevel_notify_inval_entry(raw, parent.value, text, name.name.count)
        }
    }

    /// Lets the readers end although the kernel is still connected.
    func stop() {
        fuse_session_exit(raw)
        readers.withLock { $0 }?.stop()
    }

    /// Frees the session; nothing may use it any more.
    ///
    /// - Parameter unmounting: the mount point is still ours.
    func destroy(unmounting: Bool) {
        if unmounting { fuse_session_unmount(raw) }
        fuse_session_destroy(raw)
        readers.withLock { $0 }?.release()
        userData.release()
    }
}
