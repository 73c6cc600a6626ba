import CFuse3
import CLinux
import FileModel
import Glibc
import Logging
import Synchronization
import VirtualFileSystem

/// One connection to the kernel: libfuse's session, the threads that read its requests, the tasks that answer them.
///
/// `@unchecked`: the pointer is set once; what is called through it from several threads (receive, process, exit,
/// exited) is what libfuse's own loop calls from several threads, and `destroy` is called once, after all threads and
/// requests have ended.
final class FuseSession: @unchecked Sendable {
    let dispatcher: Dispatcher
    /// Fires when the last reading thread has ended.
    let disconnected = Signal()
    private let raw: OpaquePointer
    /// Retained for libfuse, which hands it to every callback.
    private let userData: Unmanaged<Dispatcher>
    /// A pipe whose end tells the reading threads to stop.
    private let wakeUp: (read: CInt, write: CInt)
    private let readers = Atomic(0)

    /// Threads that read requests; each copies arguments and starts a task, and answers what needs no server.
    private static let readerCount = 2

    /// - Throws: `.configuration` when libfuse refuses the options.
    init(_ volume: Volume, _ options: MountOptions, logger: Logger) throws(StorageError) {
        wakeUp = try Self.makePipe()
        dispatcher = Dispatcher(volume, logger)
        userData = Unmanaged.passRetained(dispatcher)
        let arguments = options.arguments(isReadOnly: volume.settings.isReadOnly)
        guard let session = Self.makeSession(arguments, userData.toOpaque()) else {
            userData.release()
            throw StorageError(.configuration, "libfuse refused the mount options; see the lines above")
        }
        raw = session
    }

    private static func makePipe() throws(StorageError) -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw StorageError(.failed, "no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
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
        let descriptor = fuse_session_fd(raw)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        // Each reader has its own, so that a request wakes one of them only.
        let watches = (0..<Self.readerCount).map { _ in remora_watch(descriptor, wakeUp.read) }
        guard watches.allSatisfy({ $0 >= 0 }) else {
            let reason = String(cString: strerror(errno))
            for watch in watches where watch >= 0 { close(watch) }
            fuse_session_unmount(raw)
            throw StorageError(.failed, "\(mountpoint) was not mounted: no epoll instance: \(reason)")
        }
        readers.store(Self.readerCount, ordering: .relaxed)
        for watch in watches { startThread { self.readRequests(watch) } }
    }

    /// Reads and dispatches requests until the kernel disconnects or `stop` is called.
    private func readRequests(_ watch: CInt) {
        var buffer = fuse_buf()
        while fuse_session_exited(raw) == 0, remora_wait(watch) == 0 {
            let count = fuse_session_receive_buf(raw, &buffer)
            if count == -EAGAIN || count == -EINTR { continue }
            if count <= 0 { break }
            fuse_session_process_buf(raw, &buffer)
        }
        free(buffer.mem)
        close(watch)
        if readers.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { disconnected.fire() }
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

    /// Lets the reading threads end although the kernel is still connected.
    func stop() {
        fuse_session_exit(raw)
        var one: UInt8 = 1
        _ = write(wakeUp.write, &one, 1)
    }

    /// Frees the session; nothing may use it any more.
    ///
    /// - Parameter unmounting: the mount point is still ours.
    func destroy(unmounting: Bool) {
        if unmounting { fuse_session_unmount(raw) }
        fuse_session_destroy(raw)
        close(wakeUp.read)
        close(wakeUp.write)
        userData.release()
    }
}
