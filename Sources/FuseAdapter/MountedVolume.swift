public import FileModel
public import Logging
public import VirtualFileSystem
import Synchronization

/// A volume on a folder of this machine.
///
/// Ends when somebody unmounts the folder, or by `unmount`; either way everything written was offered to the server
/// before `waitUntilUnmounted` returns.
public final class MountedVolume: Sendable {
    public let volume: Volume
    public let mountpoint: String
    let session: FuseSession
    private let place: MountPoint
    private let logger: Logger
    private let ended = Signal()
    private let state = Mutex(State())

    private struct State {
        var unsettled: [UnsettledFile] = []
        var isUnmounting = false
        /// The mount is off the tree already.
        var isUnmounted = false
    }

    /// Mounts a volume; returns when the mount answers.
    ///
    /// - Throws: `.configuration`: the mount point is missing, not empty or not a folder, or the kernel refused.
    public static func mount(
        _ volume: Volume, _ options: MountOptions, logger: Logger = Logger(label: "mount")
    ) async throws(StorageError) -> MountedVolume {
        let place = MountPoint(path: options.mountpoint)
        let session = try FuseSession(volume, options, logger: logger)
        let failure = await onThread { () -> StorageError? in
            do throws(StorageError) {
                try place.prepare(allowNonEmpty: options.allowNonEmpty)
                try session.mount(at: options.mountpoint)
                return nil
            } catch {
                return error
            }
        }
        if let failure {
            session.destroy(unmounting: false)
            throw failure
        }
        let mounted = MountedVolume(volume, options, session, place, logger)
        try await mounted.waitUntilAnswering()
        await onThread { place.raiseReadAhead(to: options.kernelReadAhead) }
        return mounted
    }

    private init(
        _ volume: Volume, _ options: MountOptions, _ session: FuseSession, _ place: MountPoint, _ logger: Logger
    ) {
        self.volume = volume
        self.session = session
        self.place = place
        self.logger = logger
        mountpoint = options.mountpoint
        Task.detached { await self.finishWhenDisconnected() }
    }

    /// How long the kernel and the first stat may take.
    private static let startLimit: Duration = .seconds(30)

    private func waitUntilAnswering() async throws(StorageError) {
        let isUp = await session.dispatcher.initialised.wait(within: Self.startLimit)
        let place = place
        let isAnswering = isUp ? await onThread { place.answers() } : false
        if isAnswering { return }
        _ = await unmount()
        throw StorageError(.configuration, "the mount on \(mountpoint) does not answer")
    }

    /// Returns when the folder is unmounted and everything is settled.
    ///
    /// - Returns: what could not be uploaded.
    @discardableResult
    public func waitUntilUnmounted() async -> [UnsettledFile] {
        await ended.wait()
        return state.withLock { $0.unsettled }
    }

    /// Ends the mount: no new changes, everything uploaded, then unmounted; taken off the tree if it is in use.
    ///
    /// Callable from the task of a signal handler, and more than once.
    /// - Returns: what could not be uploaded.
    @discardableResult
    public func unmount() async -> [UnsettledFile] {
        let isFirst = state.withLock { state in
            defer { state.isUnmounting = true }
            return !state.isUnmounting
        }
        if isFirst { await uploadAndUnmount() }
        return await waitUntilUnmounted()
    }

    /// Lets volume and kernel forget what they know of the server.
    public func dropCaches() async {
        let names = volume.dropCaches()
        let session = session
        await onThread { session.invalidate(names) }
    }

    /// Ends the mount at once: callers get errors, what was not uploaded yet is given one last try. Blocks shortly.
    public func abort() {
        state.withLock { state in
            state.isUnmounting = true
            state.isUnmounted = true
        }
        place.detach()
        session.stop()
    }

    private func uploadAndUnmount() async {
        let unsettled = await volume.drain()
        state.withLock { $0.unsettled += unsettled }
        let place = place
        let isClean = await onThread { () -> Bool in
            if place.unmount() { return true }
            place.detach()
            return false
        }
        state.withLock { $0.isUnmounted = true }
        if !isClean {
            logger.warning("\(mountpoint) is in use; it was taken off the tree and ends with its last user's calls")
        }
        // Another mount namespace may hold a copy of the mount, and then the kernel does not disconnect.
        if await session.waitUntilDisconnected(within: isClean ? .seconds(1) : .milliseconds(100)) { return }
        session.stop()
    }

    /// The end of every mount, however it came: answers what is outstanding, settles what is open, frees the session.
    private func finishWhenDisconnected() async {
        await session.waitUntilDisconnected()
        let outstanding = session.dispatcher.outstanding
        if await !outstanding.waitUntilIdle(within: .seconds(5)) {
            outstanding.interruptAll()
            _ = await outstanding.waitUntilIdle(within: .seconds(60))
        }
        let unsettled = await volume.drain()
        await volume.close()
        let isUnmounted = state.withLock { state in
            state.unsettled += unsettled
            return state.isUnmounted
        }
        let session = session
        await onThread { session.destroy(unmounting: !isUnmounted) }
        ended.fire()
    }
}
